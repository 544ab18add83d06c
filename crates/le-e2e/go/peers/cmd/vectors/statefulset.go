// Which bucket the environment of a pod gives it.

package main

import (
	"os"

	"knative.dev/pkg/hash"
	"knative.dev/pkg/leaderelection"
	"knative.dev/pkg/reconciler"
	"knative.dev/pkg/system"
)

// clusterDomain is the domain of every line, since Knative asks for it once in the life of a program.
const clusterDomain = "example.test"

// statefulSetAnswer is what Knative makes of an environment.
type statefulSetAnswer struct {
	Env           map[string]string `json:"env"`
	Namespace     string            `json:"namespace"`
	ClusterDomain string            `json:"cluster_domain"`
	Buckets       int               `json:"buckets"`
	Bucket        *string           `json:"bucket,omitempty"`
	Names         []string          `json:"names,omitempty"`
	Error         *string           `json:"error,omitempty"`
}

func statefulSetLine(d *draw, _ int) (any, int, error) {
	// With more, Knative gives a pod the bucket of another.
	answer := statefulSetAnswer{Namespace: d.label(), ClusterDomain: clusterDomain, Buckets: d.within(1, 10)}
	answer.Env = d.podEnvironment(answer.Buckets)
	bucket, set, err := place(answer)
	if err != nil {
		said := err.Error()
		answer.Error = &said
		return answer, 1, nil
	}
	name := bucket.Name()
	answer.Bucket, answer.Names = &name, set.BucketList()
	return answer, 1, nil
}

// place asks Knative, which reads the environment of this process.
func place(answer statefulSetAnswer) (reconciler.Bucket, *hash.BucketSet, error) {
	environment := map[string]string{"CLUSTER_DOMAIN": clusterDomain, system.NamespaceEnvKey: answer.Namespace}
	for _, variable := range statefulVariables {
		if err := os.Unsetenv(variable); err != nil {
			return nil, nil, err
		}
	}
	for _, set := range []map[string]string{environment, answer.Env} {
		for variable, value := range set {
			if err := os.Setenv(variable, value); err != nil {
				return nil, nil, err
			}
		}
	}
	return leaderelection.NewStatefulSetBucketAndSet(answer.Buckets)
}
