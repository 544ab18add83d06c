// The electors: one for each Lease, all run side by side, each entered again after a loss.

package main

import (
	"context"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"leader-election/peers/internal/participant"
)

// elect runs the electors until the context ends, they have released, and the work has drained.
func elect(ctx context.Context, client kubernetes.Interface, flags *participant.Flags, desk *participant.Desk) error {
	p := &participation{ctx: ctx, client: client, flags: flags, desk: desk}
	electors := make([]*leaderelection.LeaderElector, flags.Buckets)
	for i := range electors {
		elector, err := p.elector(flags.LeaseName(uint32(i)))
		if err != nil {
			return err
		}
		electors[i] = elector
	}
	var running sync.WaitGroup
	for _, elector := range electors {
		running.Go(func() {
			for ctx.Err() == nil {
				elector.Run(ctx)
			}
		})
	}
	running.Wait()
	p.working.Wait()
	return nil
}

// participation is what the electors of the process share.
type participation struct {
	ctx     context.Context
	client  kubernetes.Interface
	flags   *participant.Flags
	desk    *participant.Desk
	working sync.WaitGroup
}

func (p *participation) elector(lease string) (*leaderelection.LeaderElector, error) {
	return leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: p.flags.Namespace, Name: lease},
			Client:     p.client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: p.flags.Identity},
		},
		LeaseDuration:   p.flags.LeaseDuration,
		RenewDeadline:   p.flags.RenewDeadline,
		RetryPeriod:     p.flags.RetryPeriod,
		ReleaseOnCancel: true,
		Name:            lease,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(term context.Context) { p.work(term, lease) },
			OnStoppedLeading: func() { p.desk.Stop(lease, participant.Reason(p.ctx)) },
			OnNewLeader:      func(leader string) { p.newLeader(lease, leader) },
		},
	})
}
