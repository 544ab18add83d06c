// How client-go reads Leases, whoever has written them.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"leader-election/peers/internal/participant"
)

// line is one Lease. What the Lease does not have is null.
type line struct {
	Lease       string            `json:"lease"`
	Holder      *string           `json:"holder"`
	Duration    *int32            `json:"duration"`
	Transitions *int32            `json:"transitions"`
	RenewTime   *metav1.MicroTime `json:"renewTime"`
	AcquireTime *metav1.MicroTime `json:"acquireTime"`
}

// listLeases prints the Leases of a namespace, one a line.
func listLeases(namespace string) error {
	if namespace == "" {
		return errors.New("--namespace is required")
	}
	client, err := participant.Client()
	if err != nil {
		return err
	}
	leases, err := client.CoordinationV1().Leases(namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, lease := range leases.Items {
		spec := lease.Spec
		err := out.Encode(line{
			Lease:       lease.Name,
			Holder:      spec.HolderIdentity,
			Duration:    spec.LeaseDurationSeconds,
			Transitions: spec.LeaseTransitions,
			RenewTime:   spec.RenewTime,
			AcquireTime: spec.AcquireTime,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
