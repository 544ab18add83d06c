// Sets of bucket names: such as there are, and such as are hard to hash.

package main

import (
	"fmt"
	"hash/fnv"
	"slices"

	"k8s.io/apimachinery/pkg/util/sets"
)

// slots is how many places the hash has for names.
const slots = 2048

// names returns `count` different names in no order.
func (d *draw) names(count int) []string {
	var names []string
	switch d.IntN(8) {
	case 0, 1:
		names = d.leases(count)
	case 2, 3:
		names = d.pods(count)
	case 4:
		names = d.different(count, d.label)
	case 5:
		names = d.colliding(count)
	case 6:
		names = d.nested(count)
	default:
		names = d.different(count, d.anything)
	}
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// leases returns names as Leases have them.
func (d *draw) leases(count int) []string {
	prefix := fmt.Sprintf("%s.%s.%s", d.label(), d.label(), d.label())
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s.%02d-of-%02d", prefix, i, count)
	}
	return names
}

// pods returns names as the pods of a StatefulSet have them.
func (d *draw) pods(count int) []string {
	set, service, namespace := d.label(), d.label(), d.label()
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("http://%s-%d.%s.%s.svc.cluster.local:80", set, i, service, namespace)
	}
	return names
}

// nested returns names of which each begins with the one before, and the first may be empty.
func (d *draw) nested(count int) []string {
	name := ""
	if d.oneIn(2) {
		name = d.label()
	}
	names := make([]string, count)
	for i := range names {
		names[i] = name
		name += string(pick(d, oddRunes))
	}
	return names
}

// colliding returns names that meet in one slot or a few, whatever they are hashed with: the low bits of the hash's state after
// the name decide, and here they agree.
func (d *draw) colliding(count int) []string {
	if d.bySlot == nil {
		d.bySlot = d.meetings()
	}
	names := make([]string, 0, count)
	for len(names) < count {
		names = append(names, d.bySlot[d.IntN(slots)]...)
		// The same slot may have been picked twice.
		slices.Sort(names)
		names = slices.Compact(names)
	}
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[:count]
}

// meetings returns many names by the slot in which they meet.
func (d *draw) meetings() [][]string {
	bySlot := make([][]string, slots)
	for _, name := range d.different(16*slots, d.label) {
		hash := fnv.New64a()
		hash.Write([]byte(name))
		slot := hash.Sum64() % slots
		bySlot[slot] = append(bySlot[slot], name)
	}
	return bySlot
}

// different returns `count` different texts.
func (d *draw) different(count int, text func() string) []string {
	seen := sets.New[string]()
	names := make([]string, 0, count)
	for len(names) < count {
		name := text()
		if seen.Has(name) {
			name += fmt.Sprintf("%x", d.Uint64())
		}
		if !seen.Has(name) {
			seen.Insert(name)
			names = append(names, name)
		}
	}
	return names
}
