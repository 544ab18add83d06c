// What a look-up costs in Go: one JSON object for each number of names that is asked for.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/sets"
	"knative.dev/pkg/hash"
)

// keysOfRun is how many keys are asked for in turn: all of them fit Knative's cache.
const keysOfRun = 2048

// atLeast is how long each thing is measured.
const atLeast = 150 * time.Millisecond

type figures struct {
	Names int `json:"names"`
	// Nanoseconds for each key.
	Uncached  float64 `json:"uncached"`
	Cached    float64 `json:"cached"`
	TwoCached float64 `json:"two_cached"`
}

func main() {
	keys := make([]string, keysOfRun)
	for i := range keys {
		keys[i] = fmt.Sprintf("namespace-%02d/object-%08d", i%100, i)
	}
	out := json.NewEncoder(os.Stdout)
	for _, arg := range os.Args[1:] {
		count, err := strconv.Atoi(arg)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		names := sets.New[string]()
		for i := range count {
			names.Insert(fmt.Sprintf("widgets-operator.widgets.%02d-of-%02d", i, count))
		}
		set := hash.NewBucketSet(names)
		look := func(key string) { sink = set.Owner(key) }
		uncached := measure(keys, func(key string) { sink, _ = hash.GetAny(hash.ChooseSubset(names, 1, key)) })
		for _, key := range keys {
			look(key)
		}
		if err := out.Encode(figures{count, uncached, measure(keys, look), two(keys, set)}); err != nil {
			os.Exit(1)
		}
	}
}

var sink string

// measure returns the nanoseconds of one call, the least of several runs.
func measure(keys []string, call func(string)) float64 {
	best := 0.0
	for range 3 {
		calls := 0
		began := time.Now()
		for time.Since(began) < atLeast {
			for _, key := range keys {
				call(key)
			}
			calls += len(keys)
		}
		each := float64(time.Since(began).Nanoseconds()) / float64(calls)
		if best == 0 || each < best {
			best = each
		}
	}
	return best
}

// two returns the nanoseconds of one cached look-up where two goroutines ask at once.
func two(keys []string, set *hash.BucketSet) float64 {
	var all sync.WaitGroup
	times := make([]float64, 2)
	for i := range times {
		all.Go(func() {
			var mine string
			times[i] = measure(keys, func(key string) { mine = set.Owner(key) })
			_ = mine
		})
	}
	all.Wait()
	return (times[0] + times[1]) / 2
}
