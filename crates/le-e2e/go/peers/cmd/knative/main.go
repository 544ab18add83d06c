// Knative is a participant over Knative's elector of many buckets, on the same Leases as the others.
//
// It prints the lines of the example `elect`, with no token since Knative has none. What Knative and client-go log goes to
// standard error as it is.
package main

import (
	"context"
	"flag"
	"os"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"knative.dev/pkg/leaderelection"
	"knative.dev/pkg/reconciler"
	"knative.dev/pkg/system"

	"leader-election/peers/internal/participant"
)

func main() {
	flags := participant.Register(flag.CommandLine)
	flag.Parse()
	participant.Main(flags, func(ctx context.Context, client kubernetes.Interface, desk *participant.Desk) error {
		return elect(ctx, client, flags, desk)
	})
}

// elect runs the elector until the context ends and its Leases are released.
func elect(ctx context.Context, client kubernetes.Interface, flags *participant.Flags, desk *participant.Desk) error {
	// Knative takes the namespace of the Leases from nowhere else.
	if err := os.Setenv(system.NamespaceEnvKey, flags.Namespace); err != nil {
		return err
	}
	ctx = leaderelection.WithStandardLeaderElectorBuilder(ctx, client, leaderelection.ComponentConfig{
		Component:     "elect",
		Buckets:       flags.Buckets,
		LeaseDuration: flags.LeaseDuration,
		RenewDeadline: flags.RenewDeadline,
		RetryPeriod:   flags.RetryPeriod,
		LeaseName:     flags.LeaseName,
		Identity:      flags.Identity,
	})
	worker := &worker{ctx: ctx, desk: desk, drain: flags.Drain}
	nowhere := func(reconciler.Bucket, types.NamespacedName) {}
	elector, err := leaderelection.BuildElector(ctx, worker, "elect", nowhere)
	if err != nil {
		return err
	}
	elector.Run(ctx)
	return nil
}
