// What a user of client-go does in its callbacks.

package main

import (
	"context"
	"time"

	"leader-election/peers/internal/participant"
)

// work is what leading a Lease is for. It acts as users of client-go do: until the context given to it ends, however late
// client-go ends it. Then it drains, for which client-go does not wait: by that time the Lease may be another's.
func (p *participation) work(term context.Context, lease string) {
	p.working.Add(1)
	defer p.working.Done()
	p.desk.Lead(lease, func() bool { return term.Err() == nil })
	<-term.Done()
	// A lost leadership leaves nothing to finish.
	if p.ctx.Err() != nil {
		time.Sleep(p.flags.Drain)
	}
}

// newLeader says which other process was seen to lead; an empty leader means that the Lease is free.
func (p *participation) newLeader(lease, leader string) {
	if leader != p.flags.Identity {
		p.desk.Say("new-leader", participant.More{"lease": lease, "leader": leader})
	}
}
