package sim

import "testing"

// TestFiguresEqualPayloads: worth and amounts that were kept from an equal task
// are those of the task's own payload, and so is whether it is bad.
func TestFiguresEqualPayloads(t *testing.T) {
	book := newPayloads(parse(t, "checkout", "data.decline_rate=20%"), dice{3})
	f := newFigures(book)
	if f.whole || !f.plain || len(f.picks) != 2 {
		t.Fatalf("checkout's figures are thought to depend on more than its carts and customers: %+v", f.picks)
	}
	bad := 0
	for task := int32(1); task <= 3000; task++ {
		d, pl := f.of(task), book.fresh(task)
		want := f.work(pl)
		if d.worth != want.worth {
			t.Fatalf("task %d: worth %d, its payload says %d", task, d.worth, want.worth)
		}
		for i := range want.amounts {
			if d.amounts[i] != want.amounts[i] {
				t.Fatalf("task %d: %s amounts to %d, its payload says %d", task, book.steps[i].Name, d.amounts[i], want.amounts[i])
			}
		}
		isBad, err := book.badness.Bool(pl.begin(&book.badness))
		if err != nil || isBad != d.bad {
			t.Fatalf("task %d: bad %v, its payload says %v, %v", task, d.bad, isBad, err)
		}
		if d.bad {
			bad++
		}
	}
	near(t, "bad", bad, 3000, .2)
	n := 0
	for _, k := range f.known {
		if k != nil {
			n++
		}
	}
	if n < 5 || n > 140 {
		t.Errorf("%d combinations for 3000 tasks", n)
	}
}

// TestFiguresThatDraw: figures that draw for themselves are worked out for each task.
func TestFiguresThatDraw(t *testing.T) {
	sc := parseFile(t, "drawn.yaml")
	f := newFigures(newPayloads(sc, dice{3}))
	if !f.whole {
		t.Fatal("a worth that draws is thought to follow from picks")
	}
	if a, b := f.of(1).worth, f.of(2).worth; a == b || a != f.of(1).worth {
		t.Errorf("worths %d and %d: want two different ones, each always the same", a, b)
	}
}
