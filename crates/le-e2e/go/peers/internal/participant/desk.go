// The desk: what this process believes to lead, and the JSON lines that it says about it.

package participant

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// More is what a line has beside its time, event and identity.
type More map[string]any

// Desk has one lock for the leases led and for standard output, so that nothing is said to be done after it was stopped.
type Desk struct {
	identity string
	mu       sync.Mutex
	led      map[string]func() bool
}

// NewDesk makes a desk that leads nothing yet.
func NewDesk(identity string) *Desk {
	return &Desk{identity: identity, led: map[string]func() bool{}}
}

// Lead says that the process leads a Lease from now on, and acts for it whenever `acts` says at that instant that it would.
//
// client-go tells of the beginning of a term on a goroutine of its own, so the end may have been told before: `acts` is asked
// under the lock, and where the answer is no by now, nothing begins.
func (d *Desk) Lead(lease string, acts func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !acts() {
		return
	}
	d.say(now(), "lead", More{"lease": lease, "token": nil})
	d.led[lease] = acts
}

// Stop says that the process leads a Lease no more, and tells whether it had led it.
func (d *Desk) Stop(lease, reason string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, led := d.led[lease]
	if led {
		delete(d.led, lease)
		d.say(now(), "stop", More{"lease": lease, "token": nil, "reason": reason})
	}
	return led
}

// Say says anything else.
func (d *Desk) Say(event string, more More) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.say(now(), event, more)
}

// Act acts, again and again, for whatever is led at that very instant. It never returns.
func (d *Desk) Act(every time.Duration) {
	for range time.Tick(max(every, time.Millisecond)) {
		d.act()
	}
}

func (d *Desk) act() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for lease, acts := range d.led {
		// The time first: the act is then no later than it says.
		t := now()
		if acts() {
			d.say(t, "act", More{"lease": lease, "token": nil})
		}
	}
}

func (d *Desk) say(t float64, event string, more More) {
	line := More{"t": t, "event": event, "identity": d.identity}
	for key, value := range more {
		line[key] = value
	}
	text, err := json.Marshal(line)
	if err == nil {
		_, err = os.Stdout.Write(append(text, '\n'))
	}
	if err != nil {
		// Nobody reads any more.
		os.Exit(1)
	}
}

func now() float64 {
	return float64(time.Now().UnixNano()) / 1e9
}
