// The data of ConfigMaps, of which most are right but for one thing.

package main

import (
	"math"
	"strconv"
	"time"
)

var (
	// mostBuckets are limits that a program may set; ten is Knative's.
	mostBuckets = []uint32{10, 10, 10, 10, 10, 1, 2, 3, 9, 11, 100, 2047, 2048}

	hardBuckets = []string{
		"", " ", "0", "00", "01", "007", "-0", "-1", "+1", "1.0", "1.", "1e1", "0x1", "0b1", "1_0", " 1", "1 ", "1\n", "\t1", "1\x00",
		"٣", "１", "10", "11", "100", "101", "2047", "2048", "2049", "4294967295", "4294967296", "18446744073709551615",
		"18446744073709551616", "-18446744073709551616", "00000000000000000000000000000003", "not-an-int", "ten", "NaN", "null", "true",
	}

	// timings are the three durations of a timing that can elect.
	timings = [][3]time.Duration{
		{60 * time.Second, 40 * time.Second, 10 * time.Second},
		{15 * time.Second, 10 * time.Second, 2 * time.Second},
		{6 * time.Second, 4 * time.Second, time.Second},
		{time.Second, 700 * time.Millisecond, 100 * time.Millisecond},
		{5 * time.Minute, 90 * time.Second, 1500 * time.Millisecond},
	}

	// bothKeys are the two keys of each duration.
	bothKeys = [3][2]string{
		{"lease-duration", "leaseDuration"}, {"renew-deadline", "renewDeadline"}, {"retry-period", "retryPeriod"},
	}
)

// configData returns the data of a ConfigMap.
func (d *draw) configData() map[string]string {
	data := map[string]string{}
	for i, duration := range d.timing() {
		d.putDuration(data, bothKeys[i], duration)
	}
	switch d.IntN(8) {
	case 0, 1:
		data["buckets"] = pick(d, hardBuckets)
	case 2, 3, 4:
		data["buckets"] = strconv.Itoa(d.within(1, 12))
	}
	for range d.IntN(3) {
		data["map-lease-prefix."+d.label()+"."+d.label()] = d.mapped()
	}
	if d.oneIn(3) {
		data["_example"] = "lease-duration: \"nonsense\"\n"
	}
	if d.oneIn(4) {
		data[pick(d, unknownKeys)] = pick(d, []string{"", "1", "60s", "nonsense", d.anything()})
	}
	return data
}

// unknownKeys are near to those that are known.
var unknownKeys = []string{
	"Buckets", "BUCKETS", "bucket", "buckets ", "lease_duration", "LeaseDuration", "lease-Duration", "leaseduration", "renewdeadline",
	"renew-Deadline", "retry-periods", "retryperiod", "resourceLock", "leaderElect", "enabledComponents", "map-lease-prefix",
	"map-lease-prefix.", "map-lease", "mapLeasePrefix.a", "Map-Lease-Prefix.a", ".map-lease-prefix.a",
	// Knative takes any one character in the place of the dot.
	"map-lease-prefix-a.b", "map-lease-prefix_a.b", "map-lease-prefixe", "map-lease-prefixes", "map-lease-prefix..", "map-lease-prefix..a",
}

// mapped returns what a prefix is mapped to.
func (d *draw) mapped() string {
	return pick(d, []string{"", "a", d.label(), d.label() + "." + d.label(), "UPPER.Case", " spaced ", "ÄÖ.İ", d.anything()})
}

// putDuration puts a duration under its new key, its legacy key, both, or none.
func (d *draw) putDuration(data map[string]string, keys [2]string, duration time.Duration) {
	text := duration.String()
	if d.oneIn(24) {
		text = d.durationText()
	}
	switch d.IntN(8) {
	case 0, 1, 2, 3:
		data[keys[0]] = text
	case 4, 5:
		data[keys[1]] = text
	case 6:
		data[keys[0]] = text
		// The new key wins, but the other has to be right as well.
		data[keys[1]] = pick(d, []string{text, "1h", "0", d.durationText(), d.anyDuration().String()})
	}
}

// timing returns the three durations of a timing that can elect, or is on an edge of it, or beyond.
func (d *draw) timing() [3]time.Duration {
	timing := pick(d, timings)
	// By one nanosecond too little, none, or too much.
	nudge := time.Duration(d.within(-1, 1))
	switch d.IntN(10) {
	case 0:
		timing[0] = timing[1] + nudge
		if d.oneIn(8) {
			// About the longest that a Lease can say.
			timing[0], timing[1] = (math.MaxInt32+1)*time.Second, math.MaxInt32*time.Second+nudge
		}
	case 1:
		timing[0] = time.Second + nudge
		timing[1], timing[2] = timing[0]-1, timing[0]/2
	case 2:
		// A whole number of sixths, so that 1.2 x retry can be just the same.
		timing[2] = timing[1] / 6 * 5
		timing[1] = timing[2]/5*6 + nudge
	case 3:
		timing[d.IntN(3)] = nudge
	case 4:
		timing[d.IntN(3)] *= -1
	case 5:
		timing[d.IntN(3)] = d.anyDuration()
	case 6:
		return [3]time.Duration{d.anyDuration(), d.anyDuration(), d.anyDuration()}
	case 7:
		scale := time.Duration(d.within(1, 100_000_000))
		for i := range timing {
			timing[i] = timing[i] / 10 * scale / 10
		}
	}
	return timing
}
