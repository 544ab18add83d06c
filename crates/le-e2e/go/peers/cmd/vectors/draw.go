// Chance, and the texts drawn by it.

package main

import (
	"math/rand/v2"
	"strings"
)

// draw is a stream of chance: one for each file, so that a change to one file leaves the others as they were.
type draw struct {
	*rand.Rand
	// Names that meet, drawn once since they are long to find.
	bySlot [][]string
}

func newDraw(seed, stream uint64) *draw {
	return &draw{Rand: rand.New(rand.NewPCG(seed, stream))}
}

// within returns a number from `least` to `most`.
func (d *draw) within(least, most int) int {
	return least + d.IntN(most-least+1)
}

// oneIn is true one time in `n`.
func (d *draw) oneIn(n int) bool {
	return d.IntN(n) == 0
}

// pick returns one of several things.
func pick[T any](d *draw, from []T) T {
	return from[d.IntN(len(from))]
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

var (
	labelRunes = []rune(lower + digits)
	// What a name may have in the middle only.
	innerRunes = []rune(lower + digits + "-")
	mixedRunes = []rune(lower + upper + digits)
	asciiRunes = []rune(lower + upper + digits + "_-./: :/=%@,;\"'\\<>&")
	// One to four bytes long, some that combine with the one before, and all kinds of white space.
	oddRunes = []rune("aä漢é😀ßİKΣ٣\u0301\u00a0\u2003\u2028\u200b\ufeff\U0010ffff \t\n\r\x00\x7f_-./")
)

// text returns a text of `least` to `most` characters.
func (d *draw) text(from []rune, least, most int) string {
	var text strings.Builder
	for range d.within(least, most) {
		text.WriteRune(pick(d, from))
	}
	return text.String()
}

// label returns a word that may be part of an object's name.
func (d *draw) label() string {
	if d.oneIn(8) {
		return d.text(labelRunes, 1, 1)
	}
	return d.text(labelRunes, 1, 1) + d.text(innerRunes, 0, 18) + d.text(labelRunes, 1, 1)
}

// anything returns any text, the empty one too.
func (d *draw) anything() string {
	switch d.IntN(8) {
	case 0:
		return ""
	case 1:
		return d.text(oddRunes, 1, 12)
	case 2, 3:
		return d.text(asciiRunes, 1, 60)
	case 4:
		return d.text([]rune("0123456789abcdef"), 1, 40)
	case 5:
		return d.text(mixedRunes, 100, 400)
	default:
		return d.label()
	}
}

// slip changes one character of a text: leaves it out, doubles it, or puts another in its place.
func (d *draw) slip(text string, from []rune) string {
	runes := []rune(text)
	if len(runes) == 0 {
		return d.text(from, 1, 1)
	}
	at := d.IntN(len(runes))
	before, after := string(runes[:at]), string(runes[at+1:])
	switch d.IntN(4) {
	case 0:
		return before + after
	case 1:
		return before + string(runes[at]) + string(runes[at]) + after
	case 2:
		return before + string(pick(d, from)) + string(runes[at]) + after
	default:
		return before + string(pick(d, from)) + after
	}
}
