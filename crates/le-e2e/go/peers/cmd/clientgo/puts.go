// What one write of a Lease takes: what hand-overs are measured by.

package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"leader-election/peers/internal/participant"
)

// measurePuts writes one Lease so many times, with a pause before each, and prints how many milliseconds each took.
//
// Without a pause every part of the server is awake already. Nobody writes Leases like that.
func measurePuts(namespace string, count int, pause time.Duration) error {
	client, err := participant.Client()
	if err != nil {
		return err
	}
	ctx := context.Background()
	leases := client.CoordinationV1().Leases(namespace)
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "puts"}}
	if lease, err = leases.Create(ctx, lease, metav1.CreateOptions{}); err != nil {
		return err
	}
	defer leases.Delete(ctx, lease.Name, metav1.DeleteOptions{})
	encoder := json.NewEncoder(os.Stdout)
	for range count {
		time.Sleep(pause)
		now := metav1.NowMicro()
		lease.Spec.RenewTime = &now
		began := time.Now()
		if lease, err = leases.Update(ctx, lease, metav1.UpdateOptions{}); err != nil {
			return err
		}
		if err := encoder.Encode(float64(time.Since(began).Microseconds()) / 1000); err != nil {
			return err
		}
	}
	return nil
}
