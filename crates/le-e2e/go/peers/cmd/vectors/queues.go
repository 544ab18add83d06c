// Components and queues, as programs name them, and maps that rename them or miss them narrowly.

package main

import "strings"

// queue returns a queue whose names are likely to be valid.
func (d *draw) queue() leaseNamesAnswer {
	component := d.inMixedCase(d.label())
	queue := d.inMixedCase(d.label())
	switch d.IntN(10) {
	case 0, 1, 2:
		queue = "github.com." + d.label() + "." + d.inMixedCase(d.label())
	case 3:
		// Go lowers these two to plain letters.
		queue = d.slip(queue, []rune("Kİ"))
	case 4:
		// As long as a name may be, or one character longer.
		queue = d.text(mixedRunes, 253, 253)[:max(1, 253-len(component)-len("..00-of-00")+d.IntN(2))]
	}
	answer := leaseNamesAnswer{
		Component: component, Queue: queue, Buckets: uint32(d.within(1, 12)), MapLeasePrefix: map[string]string{},
	}
	switch {
	case d.oneIn(200):
		answer.Buckets = uint32(d.within(200, slots))
	case d.oneIn(12):
		answer.Buckets = uint32(d.within(90, 130))
	}
	d.rename(&answer)
	return answer
}

// rename fills the map of prefixes.
func (d *draw) rename(answer *leaseNamesAnswer) {
	prefix := answer.Component + "." + answer.Queue
	to := d.inMixedCase(d.label()) + pick(d, []string{"", ".x", ".00-of-01"})
	switch d.IntN(8) {
	case 0:
		answer.MapLeasePrefix[prefix] = to
	case 1:
		answer.MapLeasePrefix[prefix] = ""
	case 2:
		answer.MapLeasePrefix[strings.ToLower(prefix)] = "only-if-already-lower-case"
	case 3:
		answer.MapLeasePrefix[d.slip(prefix, asciiRunes)] = to
		answer.MapLeasePrefix[answer.Component] = to
		answer.MapLeasePrefix[prefix+"."] = to
	case 4:
		// What could be no name is renamed to one.
		answer.Component, answer.Queue = d.anything(), d.anything()
		answer.MapLeasePrefix[answer.Component+"."+answer.Queue] = to
	}
	// Knative has no way to map the empty prefix.
	delete(answer.MapLeasePrefix, "")
}

// inMixedCase puts some of the letters into upper case.
func (d *draw) inMixedCase(text string) string {
	return strings.Map(func(r rune) rune {
		if d.oneIn(3) {
			return []rune(strings.ToUpper(string(r)))[0]
		}
		return r
	}, text)
}
