// SPDX-License-Identifier: BSL-1.0
// The list of entries with deadlines (include/wane/impl/split_list*.hpp, map_core.hpp, sweep.hpp): one bucket, whose
// word is word 0, and the operations of one, two or three threads, a sweep being one of them, while the clock moves.
//
// Each step of a process is one atomic access of the C++: a load of a link, state or clock, or a compare-and-swap,
// which loads the word when it fails. What stands beside it in a d_step are the process' own variables and the ghosts
// (below). Memory is sequentially consistent. Slots are not used again: an operation holds its guard to its end, so no
// slot that it can reach is; instead R2 demands that no operation that begins later can reach what was retired.
//
// Words:  next[w]  FROZEN | target, target a node, UNSET or END  (link.hpp; of the sentinels the end only)
//         life[h]  DEAD, LIVE | deadline or FORWARD | node       (state.hpp)
// Neither counts its changes: while nothing is used again the algorithm must not depend on tags and versions. TAG=16
// makes links count.
//
// A configuration, by definitions before this file:
//   LIST                      the nodes in the list at first:  has(node, key, deadline); ... in order
//   THREAD_1 .. THREAD_3      what each thread does:  insert(key, node, deadline); erase(key); find(key); ...
//   TICKS                     how far the clock goes
//   HASH(key)                 what the list is sorted by; key itself when not given
//   a switch                  plants a mistake; each stands in the code as #ifdef
//
// The operations of a configuration are few, so lock-freedom is that no run is infinite: no cycle of states.
//
// Ghosts: present[k] is the node that is alive under key k, or 0. It changes at linearization points only.
//   I1  A frozen link never changes.
//   I4  DEAD and FORWARD are final.
//   L1  Links go up.
//   L3  The nodes of one key that are LIVE and can be reached are present[key] alone: an insert finds it 0.
//   L4  A node that can be reached knows its successor.
//   G1  A hit is present when its state is loaded; absence is reported when there was none at some moment of the
//       operation, or when the operation has seen that the entry was due.
//   G2  A hit has clock < deadline when its state is loaded.
//   G3  Absence is irrevocable: what was reported absent nobody finds, touches, replaces or erases any more.
//   G4  A touch invoked after the deadline fails.
//   G5  An entry dies once: who kills it finds it present.
//   N1  What is present can be reached, always: no insert is lost.
//   R1  Each node is retired once.
//   R2  A retired node cannot be reached.
//   Q1  When all is quiet only live nodes are linked, and all others that ever were have been retired.
#ifndef TICKS
#define TICKS 0
#endif
#ifndef HASH
#define HASH(k) (k)
#endif
#ifndef TAG
#define TAG 0
#endif
#define KEYS 4
#define NODES 6
#define UNSET 0
#define END 7
#define FROZEN 8
#define DEAD 0
#define LIVE 8
#define FORWARD 16
#define NEVER 7

#define target(l) ((l) & 7)
#define is_frozen(l) ((l) & FROZEN)
#define next_tag(l) (((l) & ~15) + TAG)
#define pointing_to(l, destination) (next_tag(l) | target(destination))
#define frozen(l) (next_tag(l) | target(l) | FROZEN)
#define is_live(s) ((s) & LIVE)
#define is_forward(s) ((s) & FORWARD)
#define payload(s) ((s) & 7)

short next[NODES + 1];
byte life[NODES + 1];
byte key[NODES + 1];
byte clock;

// Ghosts.
byte present[KEYS + 1];
bool born[NODES + 1];     // linked or forwarded to at some time
bool told[NODES + 1];     // reported absent by somebody, when due
bool retired[NODES + 1];
byte wants[4];            // by thread: the key of its operation
bool absent[4];           // by thread: the key was absent at some moment since the operation began
byte finished;

// They name the assertion that failed, and stay 0.
hidden byte I1, I4, L1, L3, L4, G1, G2, G3, G4, G5, N1, R1, R2, Q1;
hidden byte x, y, k_, hops, last, reachable;

// ---- Invariants -----------------------------------------------------------------------------------------------------

inline visit(h) {
  reachable = reachable | (1 << h);
  assert(R2 || !retired[h]);
  assert(L3 || !is_live(life[h]) || present[key[h]] == h)
}

// Follows every way that an operation beginning now can take. Inside d_step only.
inline check_list() {
  reachable = 0;
  hops = 0;
  last = 0;
  x = target(next[0]);
  do
  :: x == END -> break
  :: else ->
     assert(L4 || x != UNSET);
     assert(L1 || (HASH(key[x]) >= last && hops < NODES));
     hops++;
     last = HASH(key[x]);
     visit(x);
     y = x;
     do
     :: is_forward(life[y]) -> y = payload(life[y]); visit(y)
     :: else -> break
     od;
     x = target(next[x])
  od;
  k_ = 1;
  do
  :: k_ > KEYS -> break
  :: else -> assert(N1 || present[k_] == 0 || (reachable & (1 << present[k_]))); k_++
  od;
  x = 0
}

inline now_absent(k) {
  present[k] = 0;
  x = 1;
  do
  :: x > 3 -> break
  :: else -> absent[x] = absent[x] || wants[x] == k; x++
  od;
  x = 0
}

// ---- Words ----------------------------------------------------------------------------------------------------------

// link_word::change but for what follows its success. Inside d_step, not first.
inline change_link(w, expected, desired) {
  won = (next[w] == (expected));
  if
  :: won -> assert(I1 || !is_frozen(next[w])); next[w] = desired; expected = next[w]
  :: else -> expected = next[w]
  fi
}

// The compare-and-swap LIVE -> DEAD of the exact state s; `expired` is its cause.
inline kill(h, s, expired) {
  d_step {
    won = (life[h] == s);
#ifdef ERASE_STORES
    won = true;
#endif
    if
    :: won ->
       assert(I4 || is_live(life[h]));
       assert(G5 || present[key[h]] == h);
       assert(G3 || expired || !told[h]);
       life[h] = DEAD;
       now_absent(key[h]);
#ifdef RETIRE_AT_KILL
       retired[h] = true;
       check_list()
#endif
    :: else -> skip
    fi;
    s = life[h]
  }
}

// ---- Removal --------------------------------------------------------------------------------------------------------

// split_list::help for node h, in state `dead`, met through word b, which held `expected`. Leaves `won`.
inline help(b, expected, h, dead) {
  if
#ifndef HELP_TAKES_FROZEN
  :: is_frozen(expected) -> won = false
#endif
  :: else ->
     after = next[h];
#ifndef FREEZE_OMITTED
     do
     :: is_frozen(after) -> break
     :: else -> d_step { change_link(h, after, frozen(after)) }
     od;
#endif
     successor = after;
     if
     :: is_forward(dead) ->
        successor = next[payload(dead)];
        if
#ifdef SUCCESSOR_STORED
        :: target(successor) == UNSET -> d_step { next[payload(dead)] = pointing_to(successor, after); check_list() }
#else
        :: target(successor) == UNSET -> d_step { change_link(payload(dead), successor, pointing_to(successor, after)) }
#endif
        :: else -> skip
        fi;
        successor = payload(dead)
     :: else -> skip
     fi;
     d_step {  // the swing, and the winner retires
       skip;
       change_link(b, expected, pointing_to(expected, successor));
#ifdef EVERYONE_RETIRES
       if
       :: true -> assert(R1 || !retired[h]); retired[h] = true
#else
       if
       :: won -> assert(R1 || !retired[h]); retired[h] = true
       :: else -> skip
#endif
       fi;
       check_list()
     }
  fi;
  atomic { after = 0; successor = 0 }
}

// split_list::clear_run: a writer's search to the end of the run of hash(k), which helps.
inline clear_run(k) {
  b2 = 0;
  l2 = next[0];
  do
#ifndef FROZEN_PREDECESSOR_TAKEN
  :: is_frozen(l2) -> b2 = 0; l2 = next[0]
#endif
  :: else ->
     if
     :: target(l2) == END || HASH(key[target(l2)]) > HASH(k) -> break
     :: else -> skip
     fi;
     n2 = target(l2);
     s2 = life[n2];
     if
     :: is_live(s2) -> b2 = n2; l2 = next[n2]
     :: else ->
        help(b2, l2, n2, s2);
        if
        :: won -> skip
        :: else -> b2 = 0; l2 = next[0]
        fi
     fi
  od;
  atomic { b2 = 0; l2 = 0; n2 = 0; s2 = 0; won = false }
}

// split_list::unlink after a death; `before` is NOWHERE when the entry was met by way of a FORWARD.
#define NOWHERE 15
inline unlink(k) {
  won = false;
#ifndef DEAD_ARE_LEFT
  if
  :: before != NOWHERE -> s = life[entry]; help(before, l, entry, s)
  :: else -> skip
  fi;
  if
  :: won -> skip
  :: else -> clear_run(k)
  fi
#endif
}

// ---- Search ---------------------------------------------------------------------------------------------------------

inline begin(k) {
  d_step { wants[_pid] = k; absent[_pid] = (present[k] == 0); began = clock }
}

// Loads the state of `entry`.
inline load_state() {
  d_step { s = life[entry]; loaded = clock; was_present = (present[key[entry]] == entry); was_told = told[entry] }
}

// The entry is accepted: it was alive when its state was loaded.
inline hit() {
  assert(G1 || was_present);
  assert(G3 || !was_told);
  assert(G2 || payload(s) == NEVER || loaded < payload(s))
}

// The operation reports that there is no entry.
inline miss(k) {
  d_step {
    if
    :: absent[_pid] -> skip
    :: else -> assert(G1 || (due != 0 && due == present[k])); told[due] = true
    fi
  }
}

// map_core::judge of the state s: leaves `accepted`. When the entry is due, commits that and leaves the state in s.
inline judge(k) {
  accepted = true;
  if
  :: payload(s) == NEVER -> hit()
  :: else ->
#ifdef CLOCK_READ_FIRST
     sample = began;
#else
     sample = clock;
#endif
     if
     :: sample < payload(s) -> hit()
     :: else ->
        atomic { accepted = false; due = entry };
#ifdef COMMIT_OMITTED
        s = DEAD
#else
        d_step {  // LP(expiry)
          won = (life[entry] == s);
          if
          :: won -> assert(G5 || present[key[entry]] == entry); life[entry] = DEAD; now_absent(key[entry])
          :: else -> skip
          fi;
          s = life[entry];
          loaded = clock;
          was_present = (present[key[entry]] == entry); was_told = told[entry]
        };
        if
        :: won -> clear_run(k)
        :: else -> skip
        fi
#endif
     fi
  fi;
  sample = 0
}

// split_list::find with match and judge of map_core: leaves entry (0 when absent), s, before and l.
inline look_up(k) {
  before = 0;
  l = next[0];
  do
  :: entry = target(l);
     if
     :: entry == END || HASH(key[entry]) > HASH(k) -> entry = 0; break
     :: else -> skip
     fi;
     n = entry;
     accepted = false;
     if
     :: key[entry] == k ->
        load_state();
        do  // at first the node itself, then split_list::follow
        :: is_live(s) ->
           judge(k);
           if
           :: accepted -> break
           :: else -> before = NOWHERE
           fi
#ifndef FORWARD_IGNORED
        :: is_forward(s) -> entry = payload(s); before = NOWHERE; load_state()
        :: !is_live(s) && !is_forward(s) -> break
#else
        :: !is_live(s) -> break
#endif
        od
     :: else -> skip
     fi;
     if
     :: accepted -> break
     :: else -> before = n; l = next[n]
     fi
  od;
  atomic { n = 0; won = false; loaded = 0; was_present = false; was_told = false }
}

// split_list::locate, the writer's search: the same, and unlinks every dead node it meets.
inline locate(k) {
  before = 0;
  l = next[0];
  do
#ifndef FROZEN_PREDECESSOR_TAKEN
  :: is_frozen(l) -> before = 0; l = next[0]
#endif
  :: else ->
     entry = target(l);
     if
     :: entry == END || HASH(key[entry]) > HASH(k) -> entry = 0; break
     :: else -> skip
     fi;
     load_state();
     if
     :: is_live(s) ->
        if
        :: key[entry] == k ->
           judge(k);
           if
           :: accepted -> break
           :: else -> skip
           fi
        :: else -> before = entry; l = next[entry]
        fi
     :: else ->
#ifdef HELP_OMITTED
        before = 0;  // wait for the killer
        l = next[0]
#else
        help(before, l, entry, s);
        if
        :: won -> skip
        :: else -> before = 0; l = next[0]
        fi
#endif
     fi
  od;
  atomic { won = false; loaded = 0; was_present = false; was_told = false }
}

inline done() {
  atomic { before = 0; l = 0; entry = 0; due = 0; s = 0; won = false; accepted = false }
  d_step { wants[_pid] = 0; absent[_pid] = false; began = 0 }
}

// ---- Operations -----------------------------------------------------------------------------------------------------

inline find(k) {
  begin(k);
  look_up(k);
  if
  :: entry == 0 -> miss(k)
  :: else -> skip
  fi;
  done()
}

inline erase(k) {
  begin(k);
  do
  :: look_up(k);
     if
     :: entry == 0 -> miss(k); break
     :: else -> skip
     fi;
     kill(entry, s, false);  // LP(erase)
     if
     :: won -> unlink(k); break
     :: else -> skip
     fi
  od;
  done()
}

inline touch(k, deadline) {
  begin(k);
  do
  :: look_up(k);
     if
     :: entry == 0 -> miss(k); break
     :: else -> skip
     fi;
     d_step {  // LP(touch)
       won = (life[entry] == s);
#ifdef TOUCH_STORES
       won = true;
#endif
       if
       :: won ->
          assert(I4 || is_live(life[entry]));
          assert(G3 || !told[entry]);
          assert(G4 || payload(s) == NEVER || began < payload(s));
          life[entry] = LIVE | deadline
       :: else -> skip
       fi
     };
     if
     :: won -> break
     :: else -> skip
     fi
  od;
  done()
}

// map_core::replace of `entry` by the prepared node m. Leaves `won`.
inline forward_to(k, m, deadline) {
#ifdef SUCCESSOR_NOT_RESET
  life[m] = LIVE | deadline;
#else
  d_step { next[m] = UNSET; life[m] = LIVE | deadline };  // the first is seen by nobody yet
#endif
  d_step {  // LP(replace)
    won = (life[entry] == s);
    if
    :: won ->
       assert(G5 || present[k] == entry);
       assert(G3 || !told[entry]);
       life[entry] = FORWARD | m;
       born[m] = true;
       present[k] = m;
       check_list()
    :: else -> skip
    fi
  }
}

inline replace(k, m, deadline) {
  key[m] = k;
  begin(k);
  do
  :: look_up(k);
     if
     :: entry == 0 -> miss(k); life[m] = DEAD; break
     :: else -> skip
     fi;
     forward_to(k, m, deadline);
     if
     :: won -> unlink(k); break
     :: else -> skip
     fi
  od;
  done()
}

// split_list::insert at the place that locate found. Leaves `won`.
inline link_at(k, m) {
  d_step {  // LP(insert)
    next[m] = pointing_to(next[m], l);  // seen by nobody yet
    change_link(before, l, pointing_to(l, m));
    if
    :: won -> assert(L3 || present[k] == 0); present[k] = m; born[m] = true; check_list()
    :: else -> skip
    fi
  }
}

inline insert(k, m, deadline) {
  key[m] = k;
  begin(k);
  do
  :: locate(k);
     if
     :: entry != 0 -> life[m] = DEAD; break
     :: else -> skip
     fi;
     if
     :: life[m] == DEAD -> life[m] = LIVE | deadline  // once
     :: else -> skip
     fi;
     link_at(k, m);
     if
     :: won -> break
     :: else -> skip
     fi
  od;
  done()
}

// insert_or_assign
inline assign(k, m, deadline) {
  key[m] = k;
  begin(k);
  do
  :: locate(k);
     if
     :: entry != 0 ->
        forward_to(k, m, deadline);
        if
        :: won -> unlink(k); break
        :: else -> skip
        fi
     :: else ->
        life[m] = LIVE | deadline;
        link_at(k, m);
        if
        :: won -> break
        :: else -> skip
        fi
     fi
  od;
  done()
}

// map_core::sweep of the slots 1 to `end`: one sample of the clock, and each candidate is looked up by identity. The
// hint at its hash is right here.
inline sweep(end) {
  started = clock;
  slot = 1;
  do
  :: slot > end -> break
  :: else ->
     s = life[slot];
     if
     :: is_live(s) && payload(s) != NEVER && payload(s) <= started ->
        before = 0;  // split_list::find_slot
        l = next[0];
        do
        :: target(l) == slot || target(l) == END || HASH(key[target(l)]) > HASH(key[slot]) -> break
        :: else -> before = target(l); l = next[before]
        od;
#ifndef SWEEP_DOES_NOT_LOOK_UP
        if
        :: target(l) == slot ->
#else
        if
        :: true ->
#endif
           entry = slot;
           s = life[slot];
           if
           :: is_live(s) && payload(s) <= started ->
              kill(entry, s, true);
              if
              :: won -> unlink(key[slot])
              :: else -> skip
              fi
           :: else -> skip
           fi
        :: else -> skip
        fi;
        done()
     :: else -> s = 0
     fi;
     slot++
  od;
  atomic { slot = 0; started = 0 }
}

// ---- Processes ------------------------------------------------------------------------------------------------------

#define MY_VARIABLES \
  short l, l2, after, successor; \
  byte before, b2, n, n2, s, s2, entry, due, sample, began, loaded, slot, started; \
  bool won, accepted, was_present, was_told

#ifdef THREAD_3
#define THREADS 3
#elif defined THREAD_2
#define THREADS 2
#else
#define THREADS 1
#endif

proctype thread_1() { MY_VARIABLES; THREAD_1; finished++ }
#if THREADS > 1
proctype thread_2() { MY_VARIABLES; THREAD_2; finished++ }
#endif
#if THREADS > 2
proctype thread_3() { MY_VARIABLES; THREAD_3; finished++ }
#endif

proctype time() {
  do
  :: clock < TICKS -> clock++
  :: else -> break
  od
}

inline has(h, k, deadline) {
  next[last] = h;
  next[h] = END;
  life[h] = LIVE | deadline;
  key[h] = k;
  born[h] = true;
  present[k] = h;
  last = h
}

init {
  atomic {
    next[0] = END;
    last = 0;
    LIST;
    run thread_1();
#if THREADS > 1
    run thread_2();
#endif
#if THREADS > 2
    run thread_3();
#endif
    run time()
  }
  finished == THREADS;
  d_step {
    check_list();
    x = 1;
    do
    :: x > NODES -> break
    :: else ->
       assert(Q1 || !born[x] || (is_live(life[x]) && !retired[x]) || (!is_live(life[x]) && retired[x]));
       assert(Q1 || is_live(life[x]) || !(reachable & (1 << x)));
       x++
    od;
    x = 0
  }
}
