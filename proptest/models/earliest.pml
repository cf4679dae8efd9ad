// SPDX-License-Identifier: BSL-1.0
// The earliest deadline of a block of slots (lower_earliest and take_earliest in include/wane/impl/pool.hpp,
// sweep_batch in sweep.hpp): threads give slots deadlines and lower the block's summary; a sweep empties it, scans, and
// lowers it again.
//
//   summary   MOST - earliest deadline; 0 says that nothing is ever due
//   life[h]   0 (not LIVE) or a deadline; buffer[h] is a store to it that its thread has made and others do not see yet
//
// Each step is one atomic access. Memory is sequentially consistent but for the states that are prepared by a plain
// store: they may stay in a buffer, which empties at any time, at the thread's next read-modify-write, and at a heavy
// fence. A light fence does nothing. That is the pair [P14], [W6] as far as total store order goes.
//
//   THREADS  each gives a deadline STORES times: to its own slot, by a store (insert) or a compare-and-swap (touch), or
//            to one that all share, by a compare-and-swap
//   SWEEPS   how many passes the sweep makes; it removes what is due
//   TICKS    how far the clock goes
//   a switch plants a mistake; each stands in the code as #ifdef
//
//   I8  When all is quiet the summary is at or below the deadline of each slot that is LIVE.
#ifndef THREADS
#define THREADS 2
#endif
#ifndef STORES
#define STORES 1
#endif
#ifndef SWEEPS
#define SWEEPS 2
#endif
#ifndef TICKS
#define TICKS 2
#endif
#define SLOTS (THREADS + 1)  // one has a deadline at first
#define MOST 4
#define EMPTY 255

byte summary = MOST - 1;
byte life[SLOTS];
byte buffer[SLOTS] = EMPTY;
byte clock;
byte finished;
hidden byte I8;  // names the assertion that failed, and stays 0
hidden byte i_;

inline drain(h) {
  if
  :: buffer[h] != EMPTY -> life[h] = buffer[h]; buffer[h] = EMPTY
  :: else -> skip
  fi
}

inline lower_earliest(urgency) {
#ifdef LOWERED_BY_A_STORE
  summary = urgency;
#else
  current = summary;  // [P1]
  do
  :: current >= urgency -> break
  :: else ->
     d_step {  // [P2]
       i_ = me;
       drain(i_);
       changed = (summary == current);
       if
       :: changed -> summary = urgency
       :: else -> skip
       fi;
       current = summary
     }
  od;
#endif
  atomic { current = 0; changed = false }
}

// Leaves `later`: the slot had a deadline before, and it was not after this one.
inline store_state(deadline) {
  if
  :: d_step { i_ = me; drain(i_); buffer[me] = deadline; later = false }  // [S3], enliven
  :: d_step { life[me] != 0 -> i_ = me; drain(i_); later = (life[me] <= deadline); life[me] = deadline }  // [S2], touch
  :: d_step { life[THREADS] != 0 -> i_ = me; drain(i_); later = (life[THREADS] <= deadline); life[THREADS] = deadline }
  fi
}

proctype thread(byte me) {
  byte deadline, current, stores;
  bool changed, later;
  do
  :: stores == STORES -> break
  :: else ->
     select(deadline : 1 .. 2);
#ifdef LOWERED_BEFORE_THE_STATE
     lower_earliest(MOST - deadline);
     store_state(deadline);
#else
     store_state(deadline);
     if
     :: later -> later = false  // change_deadline leaves a summary that is low enough
     :: else -> lower_earliest(MOST - deadline)
     fi;
#endif
     stores++
  od;
  finished++
}

proctype sweep() {
  byte now_, h, deadline, earliest, current, sweeps;
  bool changed;
  byte me = THREADS;  // its own slot is nobody's: it has nothing in a buffer
  do
  :: sweeps == SWEEPS -> break
  :: else ->
     now_ = clock;
     current = summary;  // [P3]
     if
     :: current != 0 && MOST - current <= now_ ->
#ifndef EMPTIED_AFTER_THE_SCAN
        summary = 0;     // [P4], an exchange whose result nobody wants
#endif
#ifndef HEAVY_FENCE_OMITTED
        d_step {         // [W6]
          i_ = 0;
          do
          :: i_ == SLOTS -> break
          :: else -> drain(i_); i_++
          od;
          i_ = 0
        };
#endif
        earliest = MOST;
        h = 0;
        do
        :: h == SLOTS -> break
        :: else ->
           deadline = life[h];
           if
           :: deadline == 0 -> skip
           :: deadline != 0 && deadline > now_ -> earliest = (earliest < deadline -> earliest : deadline)
           :: deadline != 0 && deadline <= now_ ->
              if
              :: d_step { life[h] == deadline -> life[h] = 0 }  // kill: looked up, found
              :: earliest = (earliest < deadline -> earliest : deadline)  // not linked yet, or changed
              fi
           fi;
           h++
        od;
#ifdef EMPTIED_AFTER_THE_SCAN
        summary = 0;
#endif
        if
        :: earliest != MOST -> lower_earliest(MOST - earliest)
        :: else -> skip
        fi
     :: else -> skip
     fi;
     atomic { now_ = 0; h = 0; deadline = 0; earliest = 0; current = 0; sweeps++ }
  od;
  finished++
}

// Slot h's buffer empties by itself.
proctype memory(byte h) {
end:
  do
  :: atomic { buffer[h] != EMPTY -> life[h] = buffer[h]; buffer[h] = EMPTY }
  od
}

proctype time() {
  do
  :: clock < TICKS -> clock++
  :: else -> break
  od
}

init {
  atomic {
    life[THREADS] = 1;  // due when the clock says 1
    i_ = 0;
    do
    :: i_ == THREADS -> break
    :: else -> run thread(i_); run memory(i_); i_++
    od;
    run sweep();
    run time()
  }
  finished == THREADS + 1;
  d_step {
    i_ = 0;
    do
    :: i_ == SLOTS -> break
    :: else -> drain(i_); assert(I8 || life[i_] == 0 || MOST - summary <= life[i_]); i_++
    od;
    i_ = 0
  }
}
