// Vectors draws golden vectors: what Knative's own code, and the Go library that it stands on, answer to inputs drawn from a
// seed. The same seed gives the same files.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/klog/v2"
)

func main() {
	seed := flag.Uint64("seed", 1, "what everything is drawn from")
	cases := flag.Int("cases", 10000, "the least number of cases in all files together")
	dir := flag.String("out", "", "the folder to write the files to")
	flag.Parse()
	// The electors that are run for their names' sake would fill the screen.
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	if err := run(*seed, *cases, *dir); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func run(seed uint64, cases int, dir string) error {
	if dir == "" {
		return fmt.Errorf("--out is required")
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for stream, file := range files {
		// Rounded up, so that the sum is never below what was asked for.
		wanted := (cases*file.percent + 99) / 100
		drawn, err := file.write(dir, newDraw(seed, uint64(stream)), wanted)
		if err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
		fmt.Printf("%s: %d cases\n", file.name, drawn)
	}
	return nil
}
