// A cluster that is not there: it has no Leases, lets them be made, and tells their names.

package main

import (
	"context"

	api "k8s.io/api/coordination/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	coordination "k8s.io/client-go/kubernetes/typed/coordination/v1"
	core "k8s.io/client-go/kubernetes/typed/core/v1"
)

// cluster is the little of a client that an elector uses; all else is absent, and would end the program.
type cluster struct {
	kubernetes.Interface
	created chan<- string
}

func (c cluster) CoreV1() core.CoreV1Interface { return nil }
func (c cluster) CoordinationV1() coordination.CoordinationV1Interface {
	return group{created: c.created}
}

type group struct {
	coordination.CoordinationV1Interface
	created chan<- string
}

func (g group) Leases(string) coordination.LeaseInterface { return leases{created: g.created} }

type leases struct {
	coordination.LeaseInterface
	created chan<- string
}

// Get never finds the Lease, which lets an elector take it, and spares it the release.
func (l leases) Get(_ context.Context, name string, _ metav1.GetOptions) (*api.Lease, error) {
	return nil, errors.NewNotFound(api.Resource("leases"), name)
}

func (l leases) Create(_ context.Context, lease *api.Lease, _ metav1.CreateOptions) (*api.Lease, error) {
	l.created <- lease.Name
	return lease, nil
}

func (l leases) Update(_ context.Context, lease *api.Lease, _ metav1.UpdateOptions) (*api.Lease, error) {
	return lease, nil
}
