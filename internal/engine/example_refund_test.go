package engine_test

import (
	"context"
	"fmt"
	"log"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/schema"
)

// A refund is checked against a schema, decides for itself whether somebody has
// to be asked, and takes back what it has done when the bank says no. The bank's
// timeouts park it first; an operator looks at the dead letters and drives it again.
func Example_refund() {
	refund := refundTemplate()
	bank := []engine.Failure{{Class: "timeout"}, {Class: "timeout"}, {Class: "closed", Message: "no such account", Permanent: true}}
	does := func(_ context.Context, c engine.Call) ([]byte, error) {
		fmt.Println(c.Key())
		return nil, nil
	}
	e, err := engine.Open(engine.Options{
		Config: engine.Config{Store: new(engine.Memory), Templates: []engine.Template{refund}},
		Clock:  wallClock(),
		Handlers: map[string]engine.Handler{
			"reserve": does, "release": does, "ask": does,
			"policy": func(_ context.Context, c engine.Call) ([]byte, error) {
				c.Choose("pay") // small: nobody is asked
				return nil, nil
			},
			"pay": func(_ context.Context, c engine.Call) ([]byte, error) {
				return nil, bank[c.N-1]
			},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()

	_, err = e.Submit(refund.Ref, engine.Submission{Context: []byte(`{"cents": 0}`)})
	fmt.Println(err)
	id, err := e.Submit(refund.Ref, engine.Submission{Context: []byte(`{"cents": 1999}`)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Wait(context.Background(), id))
	dead, err := e.DeadLetters(engine.DeadLetterFilter{Service: "bank"})
	fmt.Println(dead[0].Reason, dead[0].Step, dead[0].Class, err)
	if err := e.Redrive(id, "ana", "the bank is back"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Wait(context.Background(), id))

	// Output:
	// template payments/refund@2: the context is refused: cents is 0: want at least 1
	// t1/reserve
	// blocked_by_failures <nil>
	// exhausted pay timeout <nil>
	// t1/reserve/undo
	// error <nil>
}

// refundTemplate is a workflow with a decision and an undo.
func refundTemplate() engine.Template {
	check, err := schema.Compile([]byte(`{"required": ["cents"], "properties": {"cents": {"type": "integer", "minimum": 1}}}`))
	if err != nil {
		log.Fatal(err)
	}
	once := engine.Retry{Limit: 1}
	return engine.Template{
		Ref:   engine.Ref{Namespace: "payments", Name: "refund", Version: "2"},
		Check: check, UndoOnError: true,
		Steps: []engine.Step{
			{Name: "reserve", Retry: once, Undo: "release"},
			{Name: "policy", DependsOn: []string{"reserve"}, Decides: true, Retry: once},
			{Name: "ask", DependsOn: []string{"policy"}, Retry: once},
			{Name: "pay", DependsOn: []string{"policy", "ask"}, Service: "bank", Retry: engine.Retry{Limit: 2}},
		},
	}
}
