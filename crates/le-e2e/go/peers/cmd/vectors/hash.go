// Which bucket a key belongs to: every key is a case.

package main

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"knative.dev/pkg/hash"
)

// sizes are the sizes of the sets: ten buckets is what Knative allows, and most have.
var sizes = []int{1, 2, 3, 5, 7, 9, 10, 10, 10, 10, 10, 11, 16, 32, 64, 100, 256, 300}

// keysOfSet is how many keys are asked of one set.
const keysOfSet = 50

func hashLine(d *draw, left int) (any, int, error) {
	names := d.names(pick(d, sizes))
	set := hash.NewBucketSet(sets.New(names...))
	line := struct {
		Names  []string    `json:"names"`
		Keys   [][2]string `json:"keys"`
		Owners []int       `json:"owners"`
	}{Names: names}
	for range min(keysOfSet, left) {
		key := d.key(names)
		owner := set.Owner(key.String())
		line.Keys = append(line.Keys, [2]string{key.Namespace, key.Name})
		line.Owners = append(line.Owners, slices.Index(names, owner))
	}
	return line, len(line.Keys), nil
}

// key returns the key of an object, in a namespace or in none.
func (d *draw) key(names []string) types.NamespacedName {
	switch d.IntN(8) {
	case 0:
		return types.NamespacedName{Namespace: d.anything(), Name: d.anything()}
	case 1:
		return types.NamespacedName{Namespace: d.label(), Name: pick(d, names)}
	case 2, 3:
		return types.NamespacedName{Name: d.label()}
	default:
		return types.NamespacedName{Namespace: d.label(), Name: d.label()}
	}
}
