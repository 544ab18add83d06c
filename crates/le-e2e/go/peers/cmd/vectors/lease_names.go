// How Knative names the Leases of a queue.

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/types"
	"knative.dev/pkg/leaderelection"
	"knative.dev/pkg/logging"
	"knative.dev/pkg/reconciler"
	"knative.dev/pkg/system"
)

// leaseNamesAnswer is what Knative names the Leases of a queue.
type leaseNamesAnswer struct {
	Component      string            `json:"component"`
	Queue          string            `json:"queue"`
	Buckets        uint32            `json:"buckets"`
	MapLeasePrefix map[string]string `json:"map_lease_prefix"`
	Names          []string          `json:"names"`
}

func leaseNamesLine(d *draw, _ int) (any, int, error) {
	for {
		answer := d.queue()
		names, err := leaseNames(answer)
		if err != nil {
			return nil, 0, err
		}
		// Knative would find out when the API server refuses the name, and we refuse it before.
		invalid := func(name string) bool { return len(validation.NameIsDNSSubdomain(name, false)) > 0 }
		if !slices.ContainsFunc(names, invalid) {
			answer.Names = names
			return answer, 1, nil
		}
	}
}

// leaseNames lets an elector of Knative's take all its Leases, in a cluster that is not there, and looks which it took: the
// function that names them is not exported.
func leaseNames(queue leaseNamesAnswer) ([]string, error) {
	if err := os.Setenv(system.NamespaceEnvKey, "ns"); err != nil {
		return nil, err
	}
	config := leaderelection.Config{
		Buckets:                 queue.Buckets,
		LeaseDuration:           60 * time.Second,
		RenewDeadline:           40 * time.Second,
		RetryPeriod:             10 * time.Second,
		LeaseNamesPrefixMapping: queue.MapLeasePrefix,
	}
	ctx, cancel := context.WithCancel(logging.WithLogger(context.Background(), zap.NewNop().Sugar()))
	defer cancel()
	created := make(chan string, queue.Buckets)
	ctx = leaderelection.WithStandardLeaderElectorBuilder(ctx, cluster{created: created},
		config.GetComponentConfig(queue.Component))
	nowhere := func(reconciler.Bucket, types.NamespacedName) {}
	elector, err := leaderelection.BuildElector(ctx, &reconciler.LeaderAwareFuncs{}, queue.Queue, nowhere)
	if err != nil {
		return nil, err
	}
	finished := make(chan struct{})
	go func() {
		elector.Run(ctx)
		close(finished)
	}()
	var names []string
	for range queue.Buckets {
		select {
		case name := <-created:
			names = append(names, name)
		case <-time.After(30 * time.Second):
			return nil, fmt.Errorf("the elector of %+v took only %q", queue, names)
		}
	}
	cancel()
	<-finished
	slices.SortFunc(names, strings.Compare)
	return names, nil
}
