// SPDX-License-Identifier: BSL-1.0
// The free list of chains (include/wane/impl/pool.hpp): a Treiber stack whose head carries a tag.
//
//   head      {tag | handle}; every push and pop changes both in one compare-and-swap
//   life[h]   the state word of the slot that heads a chain: while the chain is on the stack it leads to the next
//             chain, and while the slot is in use it holds whatever its owner likes, another slot's number included
//
// A chain is one slot here: its other slots change hands with it and nothing on the stack leads to them. Each process
// does STEPS times one of: pop; write into a slot it owns; push any slot it owns. Memory is sequentially consistent.
//
//   THREADS, SLOTS, STEPS   the size of the run
//   TAGS                    how many tags there are before they wrap; 1 is a head without a tag
//   ONLY_S1                 1: check S1 only, which a breach of S2 leads to
//
//   S1  A slot is owned by one process at a time.
//   S2  What a pop has read from a slot in use is thrown away: its compare-and-swap fails.
//   S3  No slot is lost, and none is on the stack twice: checked when all is quiet.
#ifndef THREADS
#define THREADS 2
#endif
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef STEPS
#define STEPS 4
#endif
#ifndef TAGS
#define TAGS 250
#endif
#ifndef ONLY_S1
#define ONLY_S1 0
#endif

typedef head_word { byte tag, handle };

head_word head;
byte life[SLOTS + 1];  // what a chain that starts in this slot goes on with; 0 ends the stack
byte owner[SLOTS + 1];
byte finished;
hidden byte S1, S2 = ONLY_S1, S3 = ONLY_S1;  // they name the assertion that failed
hidden byte at, count;

inline load_head() {
  d_step { seen_tag = head.tag; seen = head.handle }  // [P7], [P10]
}

// compare_exchange_strong of the head; a failure loads it.
inline change_head(desired) {
  won = (head.tag == seen_tag && head.handle == seen);
  if
  :: won -> head.tag = (head.tag + 1) % TAGS; head.handle = desired
  :: else -> seen_tag = head.tag; seen = head.handle
  fi
}

// pool::pop_chain
inline pop_chain() {
  load_head();
  do
  :: seen == 0 -> break
  :: else ->
     d_step { next = life[seen]; in_use = (owner[seen] != 0) }  // a relaxed load, of a slot that may be in use
     d_step {                                                   // [P8]
       change_head(next);
       if
       :: won -> assert(S1 || owner[seen] == 0); assert(S2 || !in_use); owner[seen] = _pid + 1; owned = owned + 1
       :: else -> skip
       fi
     }
     if
     :: won -> break
     :: else -> skip
     fi
  od;
  atomic { seen = 0; seen_tag = 0; next = 0; in_use = false; won = false }
}

// pool::push_chain of the slot `mine`
inline push_chain() {
  load_head();
  do
  :: life[mine] = seen;  // heading_chain_before
     d_step {            // [P11]; from here on the slot is anybody's
       owner[mine] = 0;
       change_head(mine);
       if
       :: won -> owned = owned - 1
       :: else -> owner[mine] = _pid + 1
       fi
     }
     if
     :: won -> break
     :: else -> skip
     fi
  od;
  atomic { seen = 0; seen_tag = 0; mine = 0; won = false }
}

proctype thread() {
  byte steps, seen, seen_tag, next, mine, owned;
  bool in_use, won;
  do
  :: steps == STEPS -> break
  :: else ->
     steps++;
     if
     :: pop_chain()
     :: owned > 0 ->
        select(mine : 1 .. SLOTS);
        if
        :: owner[mine] == _pid + 1 ->
           if
           :: push_chain()
           :: d_step { life[mine] = (mine % SLOTS) + 1; mine = 0 }  // in use: looks like the way to another chain
           fi
        :: else -> mine = 0
        fi
     fi
  od;
  finished++
}

init {
  atomic {
    at = SLOTS;
    do
    :: at == 0 -> break
    :: else -> life[at] = head.handle; head.handle = at; at--
    od;
    at = THREADS;
    do
    :: at == 0 -> break
    :: else -> run thread(); at--
    od
  }
  finished == THREADS;
  d_step {
    at = head.handle;
    count = 0;
    do
    :: at == 0 -> break
    :: else -> assert(S3 || owner[at] == 0); count++; assert(S3 || count <= SLOTS); at = life[at]
    od;
    at = 1;
    do
    :: at > SLOTS -> break
    :: else ->
       if
       :: owner[at] != 0 -> count++
       :: else -> skip
       fi;
       at++
    od;
    assert(S3 || count == SLOTS)
  }
}
