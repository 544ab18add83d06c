// The metrics of client-go, served as a user of it serves them: by component-base's adapter for Prometheus.

package main

import (
	"net"
	"net/http"

	"k8s.io/component-base/metrics/legacyregistry"
	// Registers the metrics of leader election, and is where client-go tells of them from then on.
	_ "k8s.io/component-base/metrics/prometheus/clientgo/leaderelection"
)

// serveMetrics serves `/metrics` at an address, from before the first election on.
func serveMetrics(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", legacyregistry.Handler())
	go http.Serve(listener, mux)
	return nil
}
