// Environments of pods: right, and wrong in one way or two.
//
// What Knative takes and no pod can have is not drawn, since we refuse it and say why: a value that is empty, and one that is no
// name, no port or no scheme.

package main

import (
	"fmt"
	"strconv"
)

const (
	podName         = "STATEFUL_CONTROLLER_ORDINAL"
	serviceName     = "STATEFUL_SERVICE_NAME"
	servicePort     = "STATEFUL_SERVICE_PORT"
	serviceProtocol = "STATEFUL_SERVICE_PROTOCOL"
)

var statefulVariables = []string{podName, serviceName, servicePort, serviceProtocol}

// hardOrdinals follow the name of a set; the first few are numbers all the same.
var hardOrdinals = []string{
	"-00", "-007", "-+1", "-+0", "--1", "-000000000000000000000000000001",
	"", "0", "-", "-x", "- 1", "-1 ", "-1\n", "-\t1", "-1.0", "-1.", "-.1", "-1e0", "-0x1", "-0b1", "-1_0", "-٣", "-１", "-++1", "-+", "-1-x", "-1-",
	"-9223372036854775807", "-9223372036854775808", "-18446744073709551616", "-99999999999999999999", "_1", ".1", "−1", "/1",
}

// podEnvironment returns the environment of a pod of a set with so many buckets.
func (d *draw) podEnvironment(buckets int) map[string]string {
	set := d.label()
	switch d.IntN(6) {
	case 0:
		set += "-" + strconv.Itoa(d.IntN(12))
	case 1:
		set += "." + d.label()
	}
	env := map[string]string{
		podName:     fmt.Sprintf("%s-%d", set, d.ordinal(buckets)),
		serviceName: d.label(),
	}
	if d.oneIn(2) {
		env[servicePort] = strconv.Itoa(pick(d, []int{1, 80, 443, 8080, 65535, d.within(1, 65535)}))
	}
	if d.oneIn(2) {
		env[serviceProtocol] = pick(d, []string{"http", "https", "ws", "wss", "tcp", "HTTP", "h2c", "a+b-c.d"})
	}
	switch d.IntN(8) {
	case 0:
		delete(env, pick(d, []string{podName, serviceName}))
	case 1, 2:
		env[podName] = set + pick(d, hardOrdinals)
	}
	if d.oneIn(16) {
		delete(env, pick(d, []string{podName, serviceName}))
	}
	return env
}

// ordinal returns an ordinal, most often one that has a bucket.
func (d *draw) ordinal(buckets int) int {
	switch d.IntN(8) {
	case 0:
		return buckets
	case 1:
		return pick(d, []int{buckets + 1, buckets * 2, 10, 11, 99, 1 << 31, 1 << 32, 1<<32 + 1})
	default:
		return d.IntN(buckets)
	}
}
