// How Knative reads the data of a ConfigMap.

package main

import (
	"math"
	"math/big"
	"strconv"
	"time"

	"knative.dev/pkg/leaderelection"
)

// configAnswer is what Knative makes of a ConfigMap.
type configAnswer struct {
	Data        map[string]string `json:"data"`
	MaxBuckets  uint32            `json:"max_buckets"`
	TimingValid *bool             `json:"timing_valid,omitempty"`
	Config      *configRead       `json:"config,omitempty"`
	Error       *string           `json:"error,omitempty"`
}

type configRead struct {
	Buckets        uint32            `json:"buckets"`
	LeaseDuration  string            `json:"lease_duration"`
	RenewDeadline  string            `json:"renew_deadline"`
	RetryPeriod    string            `json:"retry_period"`
	MapLeasePrefix map[string]string `json:"map_lease_prefix"`
}

func configLine(d *draw, _ int) (any, int, error) {
	answer := configAnswer{Data: d.configData(), MaxBuckets: pick(d, mostBuckets)}
	leaderelection.MaxBuckets = answer.MaxBuckets
	config, err := leaderelection.NewConfigFromMap(answer.Data)
	if err != nil {
		said := err.Error()
		answer.Error = &said
		return answer, 1, nil
	}
	nanos := func(duration time.Duration) string { return strconv.FormatInt(int64(duration), 10) }
	valid := canElect(config.LeaseDuration, config.RenewDeadline, config.RetryPeriod)
	answer.TimingValid = &valid
	answer.Config = &configRead{
		Buckets:        config.Buckets,
		LeaseDuration:  nanos(config.LeaseDuration),
		RenewDeadline:  nanos(config.RenewDeadline),
		RetryPeriod:    nanos(config.RetryPeriod),
		MapLeasePrefix: config.LeaseNamesPrefixMapping,
	}
	if answer.Config.MapLeasePrefix == nil {
		answer.Config.MapLeasePrefix = map[string]string{}
	}
	return answer, 1, nil
}

// longestSaid is the longest lease duration that a Lease can say.
const longestSaid = math.MaxInt32 * time.Second

// canElect tells whether a timing can ever elect, which Knative does not ask: client-go refuses the others when an elector is
// made, and the API server refuses a Lease of less than a second.
func canElect(lease, renew, retry time.Duration) bool {
	if lease < time.Second || renew <= 0 || retry <= 0 || renew >= min(lease, longestSaid) {
		return false
	}
	// 1.2 x retry < renew, without a rounding and without an overflow.
	six := new(big.Int).Mul(big.NewInt(6), big.NewInt(int64(retry)))
	five := new(big.Int).Mul(big.NewInt(5), big.NewInt(int64(renew)))
	return six.Cmp(five) < 0
}
