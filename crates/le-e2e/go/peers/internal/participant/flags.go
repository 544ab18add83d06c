// The flags of a participant: those of the example `elect`, so that a test starts any participant in the same way.

package participant

import (
	"flag"
	"fmt"
	"strconv"
	"time"

	"k8s.io/klog/v2"
)

// Flags says who takes part, in which elections, and how patiently.
type Flags struct {
	Identity      string
	Namespace     string
	NamePrefix    string
	Buckets       uint32
	LeaseDuration time.Duration
	RenewDeadline time.Duration
	RetryPeriod   time.Duration
	Drain         time.Duration
	ActEvery      time.Duration
}

// Register declares the flags on a flag set.
func Register(set *flag.FlagSet) *Flags {
	f := &Flags{Buckets: 1}
	set.StringVar(&f.Identity, "identity", "", "the holder identity; no other process may have it")
	set.StringVar(&f.Namespace, "namespace", "", "the namespace of the Leases")
	set.StringVar(&f.NamePrefix, "name-prefix", "", "what the names of the Leases begin with")
	set.Func("buckets", "how many Leases there are (default 1)", f.setBuckets)
	set.DurationVar(&f.LeaseDuration, "lease-duration", 15*time.Second,
		"how long others wait after the last change of a Lease before they take it")
	set.DurationVar(&f.RenewDeadline, "renew-deadline", 10*time.Second,
		"how long a leader tries to renew before it gives up")
	set.DurationVar(&f.RetryPeriod, "retry-period", 2*time.Second, "how often a leader renews")
	set.DurationVar(&f.Drain, "drain", 0, "how long the work takes to drain")
	set.DurationVar(&f.ActEvery, "act-every", 20*time.Millisecond, "how often to act")
	// Of klog's own flags only this one: the others would change where its lines go.
	logging := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(logging)
	set.Var(logging.Lookup("v").Value, "v", "how much client-go logs on standard error")
	return f
}

func (f *Flags) setBuckets(text string) error {
	buckets, err := strconv.ParseUint(text, 10, 32)
	f.Buckets = uint32(buckets)
	return err
}

// Check tells which required flag is missing.
func (f *Flags) Check() error {
	for _, required := range []struct{ name, value string }{
		{"identity", f.Identity}, {"namespace", f.Namespace}, {"name-prefix", f.NamePrefix},
	} {
		if required.value == "" {
			return fmt.Errorf("--%s is required", required.name)
		}
	}
	return nil
}

// LeaseName returns the name of the Lease of a bucket, given its index.
func (f *Flags) LeaseName(index uint32) string {
	return fmt.Sprintf("%s.%02d-of-%02d", f.NamePrefix, index, f.Buckets)
}
