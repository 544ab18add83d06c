// What the main functions of the participants have in common: from the signal to the exit code.

package participant

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
)

// Reasons for which a leadership ends. Neither client-go nor Knative says more than whether it was told to stop.
const (
	ToldToStop = "told to stop"
	Lost       = "lost"
)

// Reason returns why a leadership has ended, given what the electors are run with.
func Reason(ctx context.Context) string {
	if ctx.Err() != nil {
		return ToldToStop
	}
	return Lost
}

// Main acts while `run` elects, until SIGTERM or Ctrl-C end the context and `run` returns.
func Main(flags *Flags, run func(context.Context, kubernetes.Interface, *Desk) error) {
	if err := flags.Check(); err != nil {
		Fail(err)
	}
	client, err := Client()
	if err != nil {
		Fail(err)
	}
	desk := NewDesk(flags.Identity)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go desk.Act(flags.ActEvery)
	err = run(ctx, client, desk)
	klog.Flush()
	if err != nil {
		desk.Say("error", More{"message": err.Error()})
		os.Exit(1)
	}
}

// Fail ends the process with a message.
func Fail(err error) {
	fmt.Fprintf(os.Stderr, "error: %v\n", err)
	os.Exit(2)
}
