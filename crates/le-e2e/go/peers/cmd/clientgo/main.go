// Clientgo is a participant over client-go's own elector: one for each of the Leases `P.00-of-NN` and so on.
//
// It prints the lines of the example `elect`, with no token since client-go has none, and `new-leader` beside them. What
// client-go logs goes to standard error as it is.
package main

import (
	"context"
	"flag"

	"k8s.io/client-go/kubernetes"

	"leader-election/peers/internal/participant"
)

func main() {
	flags := participant.Register(flag.CommandLine)
	list := flag.Bool("list-leases", false, "print the Leases of the namespace, one a line, instead of electing")
	puts := flag.Int("measure-puts", 0, "print how long so many writes of one Lease take, one a line, instead of electing")
	pause := flag.Duration("put-pause", 0, "how long to wait before each of those writes")
	metrics := flag.String("metrics-address", "", "where to serve client-go's own metrics, if anywhere")
	flag.Parse()
	var err error
	switch {
	case *list:
		err = listLeases(flags.Namespace)
	case *puts > 0:
		err = measurePuts(flags.Namespace, *puts, *pause)
	default:
		if *metrics != "" {
			if err = serveMetrics(*metrics); err != nil {
				break
			}
		}
		participant.Main(flags, func(ctx context.Context, client kubernetes.Interface, desk *participant.Desk) error {
			return elect(ctx, client, flags, desk)
		})
	}
	if err != nil {
		participant.Fail(err)
	}
}
