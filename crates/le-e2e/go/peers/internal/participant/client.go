// The client of a participant.

package participant

import (
	"os"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// Client makes a client from KUBECONFIG.
//
// It has no timeout, as Knative's has none. Its own rate limit is out of the way: at the default of 5 requests a second the
// electors of many Leases would hold each other up.
func Client() (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 5000, 5000
	return kubernetes.NewForConfig(config)
}
