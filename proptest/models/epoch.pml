// SPDX-License-Identifier: BSL-1.0
// Epoch reclamation (include/wane/reclaim/epoch.hpp): readers follow a link, writers unlink what it leads to, stamp it,
// and free it when the epoch is two past the stamp, while others advance the epoch.
//
//   record    announced[i] is what memory says; buffer[i] is a store to it that thread i has made and others do not
//             see yet
//
// Each step is one atomic access. Memory is sequentially consistent but for the announcements: they may stay in a
// buffer of one entry, which empties at any time, at the thread's next store or read-modify-write, and at a heavy fence
// (membarrier). A light fence does nothing. So the asymmetric pair [E9], [E10] is covered as far as total store order
// goes; the orders [E1] to [E8] are not: a load never returns an old epoch here, so that a stamp might as well be a
// plain load.
//
//   READERS, WRITERS, ADVANCERS   processes
//   READS, UNLINKS, ADVANCES      how often each of them does it
//   a switch                      plants a mistake; each stands in the code as #ifdef
//
//   F1  What a guard has reached is not freed before the guard ends.
#ifndef READERS
#define READERS 1
#endif
#ifndef WRITERS
#define WRITERS 1
#endif
#ifndef ADVANCERS
#define ADVANCERS 1
#endif
#ifndef READS
#define READS 1
#endif
#ifndef UNLINKS
#define UNLINKS 1
#endif
#ifndef ADVANCES
#define ADVANCES 4
#endif
#define THREADS (READERS + WRITERS)
#define NODES (WRITERS * UNLINKS + 1)
#define EMPTY 255

byte epoch = 1;
byte announced[THREADS];  // 0 outside every guard
byte buffer[THREADS] = EMPTY;
byte link;  // leads to node `link`; nodes are linked in order and never twice
bool freed[NODES];
hidden byte F1;  // names the assertion that failed, and stays 0
hidden byte i_;

#ifdef FREE_AFTER_ONE
#define HOW_MANY_PAST 1
#else
#define HOW_MANY_PAST 2
#endif

inline drain(i) {
  if
  :: buffer[i] != EMPTY -> announced[i] = buffer[i]; buffer[i] = EMPTY
  :: else -> skip
  fi
}

inline store_announcement(i, value) {
  d_step { i_ = i; drain(i_); buffer[i] = value }
}

inline enter(i) {
  e = epoch;                 // [E2]
  store_announcement(i, e)  // [E3], [E9]
}

inline leave(i) {
  store_announcement(i, 0)  // [E4]
}

proctype reader(byte me) {
  byte e, at, reads;
  do
  :: reads == READS -> break
  :: else ->
     enter(me);
     at = link;
     assert(F1 || !freed[at]);
     at = 0;
     leave(me);
     reads++
  od
}

proctype writer(byte me) {
  byte e, old, stamp, unlinks;
  do
  :: unlinks == UNLINKS -> break
  :: else ->
     enter(me);
#ifdef STAMP_BEFORE_UNLINKING
     stamp = epoch;
#endif
     d_step { i_ = me; drain(i_); old = link; link = link + 1 };  // [L2], the swing that unlinks
#ifdef STAMP_FROM_ANNOUNCEMENT
     stamp = e + 1;  // a guard keeps the epoch at what it announced or one more: or so it seems
#else
#ifndef STAMP_BEFORE_UNLINKING
     d_step { i_ = me; drain(i_); stamp = epoch };  // [E7]
#endif
#endif
     leave(me);
end: epoch >= stamp + HOW_MANY_PAST;  // [E1] of epoch.hpp: domain::passed
     freed[old] = true;
     old = 0;
     stamp = 0;
     unlinks++
  od
}

// domain::advance
proctype advancer() {
  byte e, i, seen, advances;
  do
  :: advances == ADVANCES -> break
  :: else ->
     e = epoch;  // [E8]
#ifndef HEAVY_FENCE_OMITTED
     d_step {    // [E10]
       i_ = 0;
       do
       :: i_ == THREADS -> break
       :: else -> drain(i_); i_++
       od;
       i_ = 0
     };
#endif
#ifdef ADVANCE_SKIPS_ONE
     i = 1;
#endif
     do
     :: i == THREADS -> break
     :: else ->
        seen = announced[i];  // [E5]
        if
        :: seen != 0 && seen != e -> break
        :: else -> i++
        fi
     od;
     if
#ifdef ADVANCE_STORES
     :: i == THREADS -> epoch = e + 1
#else
     :: i == THREADS -> d_step { epoch = (epoch == e -> e + 1 : epoch) }  // [E6]
#endif
     :: else -> skip
     fi;
     atomic { i = 0; seen = 0; e = 0; advances++ }
  od
}

// Thread i's buffer empties by itself.
proctype memory(byte i) {
end:
  do
  :: atomic { buffer[i] != EMPTY -> announced[i] = buffer[i]; buffer[i] = EMPTY }
  od
}

init {
  atomic {
    i_ = 0;
    do
    :: i_ == READERS -> break
    :: else -> run reader(i_); run memory(i_); i_++
    od;
    do
    :: i_ == THREADS -> break
    :: else -> run writer(i_); run memory(i_); i_++
    od;
    i_ = 0;
    do
    :: i_ == ADVANCERS -> break
    :: else -> run advancer(); i_++
    od
  }
}
