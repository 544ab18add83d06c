// Texts that are durations, almost, or not at all.

package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// units has both ways of writing micro: the sign for it, and the Greek letter.
var units = []string{"ns", "us", "µs", "μs", "ms", "s", "m", "h"}

// durationRunes are what durations are made of, and what is easily taken for it.
var durationRunes = []rune("0123456789.+-nuµμmshSMHdw eExX_,٣ \t\n\x00é")

// hardDurations are worth asking for in every run.
var hardDurations = []string{
	"", " ", "+", "-", "++1s", "--1s", "+-1s", "-+1s", "1s-", "1s+1s", "1s-1s", ".", ".s", "-.s", "+.", "1", "-1", "1.", "0", "-0", "+0", "00", "0.0",
	"-0.0", "0s", "-0s", "+0s", "00s", "0.", ".0", "0h0m0s", "1 s", " 1s", "1s ", "1s 1s", "1s\n", "\t1s", "1s\x00", "\x001s", "1S", "1Ms",
	"1H", "1d", "1w", "1y", "1min", "1sec", "1hr", "1n", "1u", "1µ", "1μ", "1e3s", "1E3s", "1e-3s", "0x1s", "0b1s", "0o7s", "1_000s", "1,5s",
	"1..5s", "1.5.5s", "1.5", "1s1", "1s.5", "s", "s1", "ms", "h1m", "Inf", "Infs", "NaN", "NaNs", "٣s", "１s", "1ｓ", "−1s", "1s１", "1㎳",
	"9223372036854775807ns", "9223372036854775808ns", "-9223372036854775807ns", "-9223372036854775808ns", "-9223372036854775809ns",
	"9223372036854775.807us", "9223372036854775.808us", "-9223372036854775.808us", "9223372036854775.807999us", "-9223372036854775.8089µs",
	"9223372036854.775807ms", "9223372036854.775808ms", "9223372036.854775807s", "9223372036.854775808s", "-9223372036.854775808s",
	"153722867.28091293m", "153722867.2809129m", "2562047.788015215h", "2562047.788015216h", "-2562047.788015216h", "2562047h", "2562048h",
	"2562047h47m16.854775807s", "2562047h47m16.854775808s", "-2562047h47m16.854775808s", "-2562047h47m16.854775809s",
	"9223372036854775807ns1ns", "-9223372036854775807ns1ns", "-9223372036854775807ns2ns", "18446744073709551615ns", "18446744073709551616ns",
	"0.9223372036854775807s", "0.9223372036854775808s", "0.18446744073709551616h", "0.000000000000000000000000000000000000000000001h",
	"00000000000000000000000000000000000000000000001s", "0.3333333333333333333h", "0.999999999999999999999999h", "0.1ns", "0.9ns", "1.9ns",
	"0.5us", "1.9999999999s", "100000000000000000s", "1h1h1h", "1s1m1h", "1ms1ms", "1.5h30.5m", "3000000h", "1m30s", "1h0m0.5s",
}

// durationText returns a text that is a duration, almost, or not at all.
func (d *draw) durationText() string {
	switch d.IntN(20) {
	case 0, 1:
		return pick(d, hardDurations)
	case 2:
		return d.slip(pick(d, hardDurations), durationRunes)
	case 3:
		return d.slip(d.sum(), durationRunes)
	case 4:
		return d.text(durationRunes, 0, 12)
	case 5:
		return d.anything()
	case 6, 7:
		return d.anyDuration().String()
	case 8:
		return d.nearTheEnd()
	case 9:
		return d.slip(d.anyDuration().String(), durationRunes)
	default:
		return d.sum()
	}
}

// sum returns a duration of one or more numbers, with a sign or none.
func (d *draw) sum() string {
	sum := pick(d, []string{"", "", "", "+", "-"})
	for range d.within(1, 4) {
		sum += d.number() + pick(d, units)
		if d.oneIn(2) {
			break
		}
	}
	return sum
}

// number returns a number as a duration may have it: with digits before the point, after it, or both.
func (d *draw) number() string {
	whole := strconv.Itoa(d.IntN(pick(d, []int{10, 100, 1000, 100000})))
	switch d.IntN(20) {
	case 0:
		whole = d.text([]rune(digits), 1, 25)
	case 1:
		whole = strings.Repeat("0", d.within(1, 20)) + whole
	}
	fraction := "." + d.text([]rune(digits), 1, 9)
	if d.oneIn(5) {
		fraction = "." + d.text([]rune(digits), 10, 40)
	}
	switch d.IntN(6) {
	case 0:
		return whole + "."
	case 1:
		return fraction
	case 2, 3:
		return whole + fraction
	default:
		return whole
	}
}

// anyDuration returns a duration of any magnitude.
func (d *draw) anyDuration() time.Duration {
	return time.Duration(d.Uint64()) >> d.IntN(64)
}

// nearTheEnd returns a count of nanoseconds about the largest or the smallest that there is, in a unit that may not hold it.
func (d *draw) nearTheEnd() string {
	count := uint64(math.MaxInt64) + 8 - uint64(d.IntN(16))
	text := strconv.FormatUint(count, 10)
	sign := pick(d, []string{"", "+", "-"})
	places := map[string]int{"ns": 0, "us": 3, "µs": 3, "μs": 3, "ms": 6, "s": 9}
	unit := pick(d, units[:6])
	if places[unit] == 0 {
		return sign + text + unit
	}
	point := len(text) - places[unit]
	return sign + text[:point] + "." + text[point:] + unit
}
