//! A build, measured.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io};

use anyhow::{Context as _, ensure};

use crate::programs::{CONTROLLER, Program};

/// What a program costs who builds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// The crates in its tree, without itself.
    pub(crate) crates: usize,
    pub(crate) time: Time,
    /// Of that, its own code and the linker, which another that is built upon it has not.
    last: Time,
    pub(crate) bytes: u64,
    /// `None` where there is no `strip`.
    pub(crate) stripped: Option<u64>,
}

/// How long it takes to build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    /// That of all processors together, which others on the machine change less.
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
}

/// The jobs of a build: what is measured is a machine with two cores.
const JOBS: &str = "2";

const MAIN: &str = "src/main.rs";

/// Builds a program from nothing, or upon another's build, whose cost is then part of its own.
pub(crate) fn measure(program: &Program, upon: Option<Cost>) -> anyhow::Result<Cost> {
    let (all, folder) = (all()?, prepare(program)?);
    let target = all.join(format!("target-{}", program.base().name));
    if program.upon.is_none() {
        match fs::remove_dir_all(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    eprintln!("building {}", program.what);
    let time = build(&folder, &target)?;
    fs::File::open(folder.join(MAIN))?.set_modified(SystemTime::now())?;
    let last = build(&folder, &target)?;

    let binary = target.join("release").join(program.name);
    let below = |of: fn(Time) -> Duration| {
        upon.map_or(Duration::ZERO, |cost| of(cost.time).saturating_sub(of(cost.last)))
    };
    Ok(Cost {
        crates: tree(&folder)?,
        time: Time { cpu: time.cpu + below(|time| time.cpu), wall: time.wall + below(|time| time.wall) },
        last,
        bytes: fs::metadata(&binary)?.len(),
        stripped: stripped(&binary),
    })
}

/// Builds what is not built yet.
fn build(folder: &Path, target: &Path) -> anyhow::Result<Time> {
    let (began, before) = (Instant::now(), cpu_of_children());
    let to = target.to_string_lossy();
    cargo(folder, &["build", "--release", "--locked", "--offline", "--jobs", JOBS, "--target-dir", &to])?;
    Ok(Time { wall: began.elapsed(), cpu: cpu_of_children().saturating_sub(before) })
}

/// Returns the number of crates in a program's tree, without itself.
pub(crate) fn crates(program: &Program) -> anyhow::Result<usize> {
    tree(&prepare(program)?)
}

/// Writes the program and downloads its dependencies. Returns its folder.
fn prepare(program: &Program) -> anyhow::Result<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("le-bench lies in a folder")?;
    let root = crates.parent().context("crates lies in a folder")?;
    let folder = all()?.join(program.name);
    generate(program, &folder, crates)?;
    // What the workspace has locked stays as it is; the rest is looked up.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    cargo(&folder, &["fetch"])?;
    Ok(folder)
}

/// Returns the folder of all programs: beside this one, where Cargo builds.
fn all() -> anyhow::Result<PathBuf> {
    let this = env::current_exe()?;
    Ok(this.ancestors().nth(2).context("this program lies in a folder of Cargo's")?.join("pulled"))
}

/// Writes the program.
fn generate(program: &Program, folder: &Path, crates: &Path) -> anyhow::Result<()> {
    let dependencies = program.dependencies().join("\n").replace("{crates}", &crates.to_string_lossy());
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n",
        program.name
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join(MAIN), program.main)?;
    fs::write(folder.join("src/controller.rs"), CONTROLLER)?;
    Ok(())
}

/// Runs Cargo there, and returns what it prints.
fn cargo(folder: &Path, args: &[&str]) -> anyhow::Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    // The workspace's version of Kubernetes is not for programs, which choose one themselves.
    command.args(args).arg("--quiet").current_dir(folder).env("K8S_OPENAPI_ENABLED_VERSION", "");
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo {} failed: {}", args.join(" "), said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn tree(folder: &Path) -> anyhow::Result<usize> {
    let text = cargo(folder, &["tree", "--edges", "normal", "--prefix", "none", "--locked", "--offline"])?;
    let name = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    Ok(text.lines().map(name).collect::<BTreeSet<_>>().len() - 1)
}

fn stripped(binary: &Path) -> Option<u64> {
    let to = binary.with_extension("stripped");
    let status = Command::new("strip").arg("-o").arg(&to).arg(binary).status().ok()?;
    status.success().then(|| fs::metadata(&to).ok()).flatten().map(|file| file.len())
}

/// Returns the time that all processes took together which this one has waited for, or they; none where the system does not say.
fn cpu_of_children() -> Duration {
    // Linux: the 16th and the 17th field, in hundredths of a second. The second one may have spaces in it, and ends with `)`.
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(13).take(2);
    Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10)
}
