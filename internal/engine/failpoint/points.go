package failpoint

// Env and EnvSeed are the variables that say what fails.
const (
	Env     = "TASKER_FAILPOINTS"
	EnvSeed = "TASKER_FAILPOINT_SEED"
)

// The points, in the order in which a task meets them. What begins with app is
// in the program under test, what begins with bbolt in a copy of the database
// whose own points were opened.
const (
	SubmitBefore = "submit.beforeStage"   // a submission came in
	SubmitAfter  = "submit.afterStage"    // it is staged
	AppendBefore = "append.before"        // a batch is put together
	CommitBefore = "bolt.beforeCommit"    // it is in the transaction
	CommitAfter  = "bolt.afterCommit"     // it is durable
	AppendAfter  = "append.beforeAck"     // the core is about to know
	ClaimAfter   = "claim.beforeHandler"  // a handler is about to be called
	PoisonedStep = "app.poisonedStep"     // a handler is called that ends the process each time
	EffectBefore = "app.beforeEffect"     // the handler is about to reach the outside
	LedgerSync   = "app.beforeLedgerSync" // the outside has written the effect, not synced
	EffectAfter  = "app.afterEffect"      // it happened; the engine does not know
	HandlerAfter = "handler.afterReturn"  // the handler returned; nobody was told
	TimerBefore  = "timer.beforeFire"     // a timer is due
	TimerAfter   = "timer.afterFire"      // what it led to is staged
	BreakerFlip  = "breaker.flip"         // a breaker's change is staged
	RecoverMid   = "recover.mid"          // some open tasks are read, some not
	RecoverDone  = "recover.beforeFlush"  // all are read, nothing was written

	BucketPut   = "bbolt.beforeBucketPut"
	DiskSpace   = "bbolt.lackOfDiskSpace"
	Resize      = "bbolt.resizeFileError"
	Map         = "bbolt.mapError"
	Unmap       = "bbolt.unmapError"
	Write       = "bbolt.write" // one write of the file
	SyncData    = "bbolt.beforeSyncDataPages"
	WriteMeta   = "bbolt.beforeWriteMetaError"
	SyncMeta    = "bbolt.beforeSyncMetaPage"
	SyncedPages = "bbolt.synced" // one sync of the file
)

// The mutants: defects that a test of the engine must find.
const (
	AckEarly     = "mutant.ackBeforeCommit"
	KeyDropped   = "mutant.keyDropped"
	KeyPerTry    = "mutant.keyPerAttempt"
	NoResume     = "mutant.noResume"
	BackoffReset = "mutant.backoffReset"
	NoSync       = "mutant.noSync"
	DoubleTimer  = "mutant.doubleTimer"
	StepRerun    = "mutant.completedStepRerun"
	BreakerLost  = "mutant.breakerLost"
	Refund       = "mutant.attemptRefunded"
)

// Names lists all points and mutants.
func Names() []string {
	return []string{
		SubmitBefore, SubmitAfter, AppendBefore, CommitBefore, CommitAfter, AppendAfter, ClaimAfter, PoisonedStep, EffectBefore,
		LedgerSync, EffectAfter, HandlerAfter, TimerBefore, TimerAfter, BreakerFlip, RecoverMid, RecoverDone,
		BucketPut, DiskSpace, Resize, Map, Unmap, Write, SyncData, WriteMeta, SyncMeta, SyncedPages,
		AckEarly, KeyDropped, KeyPerTry, NoResume, BackoffReset, NoSync, DoubleTimer, StepRerun, BreakerLost, Refund,
	}
}
