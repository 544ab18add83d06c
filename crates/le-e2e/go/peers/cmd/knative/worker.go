// The reconciler, as far as leadership goes.

package main

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"knative.dev/pkg/reconciler"

	"leader-election/peers/internal/participant"
)

// worker believes what every reconciler of Knative believes: that it leads a bucket from its promotion to its demotion.
//
// The demotion comes after the Lease was released, so another may lead, and act, before this one stops.
type worker struct {
	ctx   context.Context
	desk  *participant.Desk
	drain time.Duration
}

var _ reconciler.LeaderAware = (*worker)(nil)

// Promote begins to act for a bucket.
func (w *worker) Promote(bucket reconciler.Bucket, _ func(reconciler.Bucket, types.NamespacedName)) error {
	w.desk.Lead(bucket.Name(), func() bool { return true })
	return nil
}

// Demote ends it. Knative demotes a bucket that was never led as well.
func (w *worker) Demote(bucket reconciler.Bucket) {
	led := w.desk.Stop(bucket.Name(), participant.Reason(w.ctx))
	// A lost leadership leaves nothing to finish.
	if led && w.ctx.Err() != nil {
		time.Sleep(w.drain)
	}
}
