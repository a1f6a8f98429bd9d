// Package fault is the one language of faults: what a scenario file schedules,
// what --inject says beforehand, what a person injects on the dashboard and what
// a journal keeps. It has the shape of gofail's terms, with windows of virtual
// time before them:
//
//	line   = fault | verb
//	fault  = [ who ] [ "@" when | "~" ] ":" script [ "where" cond { "and" cond } ] [ "for" LENGTH ]
//	who    = SERVICE { "+" SERVICE }
//	when   = FROM [ ".." [ TO ] | "/" LENGTH ]
//	script = term { "->" term }
//	term   = [ COUNT "*" ] [ SHARE "%" ] KIND [ "(" knobs ")" ]
//	cond   = ( "key" | "task" | "attempt" ) [ "%" N ] op N | "step" "==" STEP
//	op     = "==" | "!=" | "<" | "<=" | ">" | ">="
//	verb   = "clear" at | "redrive" "(" STRATEGY [ "," TASK ] ")" at
//	       | "crash" at | "disk_full" at | "clock" "(" ( "+" | "-" ) LENGTH ")" at
//	at     = [ "@" TIME ]
//
// For example:
//
//	payment_gateway @ 30m..33m: outage
//	payment_gateway: 3*timeout -> 40%http(503) -> ok
//	payment_gateway ~ ge(good=95s, e=1%; bad=5s, e=80%)
//	payment_gateway + inventory @ 20m/3m: outage
//	inventory: 5%error(conflict) where key%16==3
//
// A script asks its terms from the left. A term with a count speaks for that
// many attempts of a step, counted by the attempt's own number, which no
// strategy can shift; one without for all that follow. A term whose share is
// missed hands over to the next one if it has no count, and leaves the attempt
// alone if it has one.
//
// Package fault reads and writes the language and knows what each kind is for.
// What a fault does to a call is package sim's business.
package fault
