// Which names are chosen for a target.

package main

import (
	"k8s.io/apimachinery/pkg/util/sets"
	"knative.dev/pkg/hash"
)

func subsetLine(d *draw, _ int) (any, int, error) {
	count := pick(d, sizes)
	switch {
	case d.oneIn(2000):
		// The hash has no place for more.
		count = slots
	case d.oneIn(500):
		count = d.within(301, slots-1)
	}
	names := d.names(count)
	n, target := d.within(0, count+2), d.anything()
	chosen := hash.ChooseSubset(sets.New(names...), n, target)
	subset := []int{}
	for i, name := range names {
		if chosen.Has(name) {
			subset = append(subset, i)
		}
	}
	return struct {
		Names  []string `json:"names"`
		N      int      `json:"n"`
		Target string   `json:"target"`
		Subset []int    `json:"subset"`
	}{names, n, target, subset}, 1, nil
}
