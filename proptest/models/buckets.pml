// SPDX-License-Identifier: BSL-1.0
// Growth and shrinking (start_reading, initialise, remove_sentinel and locate in include/wane/impl/split_list*.hpp,
// shrink.hpp): a table of one or two buckets over one list, whose entries do not expire here (list.pml has those).
//
// Each step of a process is one atomic access of the C++. Memory is sequentially consistent. Slots are not used again.
// Grace periods are an oracle: one has passed when every operation that was under way at the stamp has ended.
//
// Words:  next[0] is bucket 0, next[S] bucket 1, the others are nodes: FRESH | FROZEN | target, a target being a node,
//         S (the sentinel of bucket 1, before the nodes of hash 2 and above), UNSET or END. The word of a bucket nobody
//         has touched is 0, one that is claimed is FRESH. Links do not count their changes.
//
// A configuration, by definitions before this file:
//   LIST                      the nodes in the list at first:  has(node, key); ... in order; a key is its own hash
//   THREAD_1 .. THREAD_3      what each thread does:  insert(key, node); erase(key); find(key); split(); grow();
//                             shrink()
//   GROWN                     the table has two buckets at first, the second untouched
//   SPLIT                     the same, but its sentinel is linked
//   a switch                  plants a mistake; each stands in the code as #ifdef
//
// Ghosts: present[k] is the node that is alive under key k, or 0. It changes at linearization points only.
//   I1  A frozen link never changes.
//   I2  Only its claimer writes a bucket word that is fresh and not linked; one where operations may start is linked.
//   L1  Links go up.
//   L3  An insert finds its key absent.
//   G1  A hit is present when its state is loaded; absence is reported when there was none at some moment meanwhile.
//   G5  An entry dies once.
//   N1  What is present can be reached.
//   M1  No word of a bucket is used after it is given back.
//   R1  Each node is retired once.
//   R2  A retired node cannot be reached by an operation that begins now.
//   Q1  When all is quiet only live nodes are linked.
#define KEYS 3
#define NODES 4
#define S 5
#define LOWEST 2  // S precedes the keys from here on
#define UNSET 0
#define END 7
#define FROZEN 8
#define FRESH 16

#define target(l) ((l) & 7)
#define is_frozen(l) ((l) & FROZEN)
#define is_fresh(l) ((l) & FRESH)
#define is_ready(l) (target(l) != UNSET && !is_frozen(l) && !is_fresh(l))

byte next[S + 1];
bool live[NODES + 1];
byte key[NODES + 1];
bool grown;      // two buckets
bool shrinking;  // growth is barred
bool unmapped;   // the segment of next[S]

// Ghosts.
byte present[KEYS + 1];
bool born[NODES + 1];
bool retired[NODES + 1];
bool linked;          // S is in the list
byte wants[4];        // by thread: the key of its operation
bool absent[4];       // by thread: the key was absent at some moment since the operation began
bool guarded[4];      // by thread: an operation is under way
bool waiting_for[4];  // by thread: it was at the stamp, and has not ended
byte finished;

// They name the assertion that failed, and stay 0.
hidden byte I1, I2, L1, L3, G1, G5, N1, M1, R1, R2, Q1;
hidden byte x, k_, hops, last, reachable;

// ---- Invariants -----------------------------------------------------------------------------------------------------

// Follows the list. From S it is the rest of the same. Inside d_step only, and not last.
inline check_list() {
  reachable = 0;
  hops = 0;
  last = 0;
  x = target(next[0]);
  do
  :: x == END -> break
  :: else ->
     assert(L1 || (x != UNSET && hops <= NODES && !(reachable & (1 << x))));
     assert(L1 || (x == S -> last < LOWEST : key[x] >= last));
     if
     :: x == S -> last = LOWEST
     :: else -> assert(R2 || !retired[x]); last = key[x]
     fi;
     hops++;
     reachable = reachable | (1 << x);
     x = target(next[x])
  od;
  linked = ((reachable & (1 << S)) != 0);
  assert(I2 || linked || !grown || !is_ready(next[S]));
  k_ = 1;
  do
  :: k_ > KEYS -> break
  :: else -> assert(N1 || present[k_] == 0 || (reachable & (1 << present[k_]))); k_++
  od;
  k_ = 0
}

// ---- Words ----------------------------------------------------------------------------------------------------------

inline read(w, l_) {
  d_step { assert(M1 || w != S || !unmapped); l_ = next[w] }
}

// link_word::change. Leaves `won`.
inline change(w, expected, desired) {
  d_step {
    assert(M1 || w != S || !unmapped);
    won = (next[w] == (expected));
    if
    :: won ->
       assert(I1 || !is_frozen(next[w]));
       assert(I2 || w != S || !is_fresh(next[w]) || linked || mine);
       next[w] = desired;
       expected = next[w];
       check_list()
    :: else -> expected = next[w]
    fi
  }
}

// split_list::start_reading
inline start_reading(k) {
  before = 0;
  big = grown;
  if
  :: big && k >= LOWEST ->
     read(S, l);
#ifdef SENTINEL_WAITED_FOR
     do
     :: is_ready(l) -> break
     :: else -> read(S, l)
     od;
#endif
     if
#ifdef STARTS_AT_FRESH
     :: target(l) != UNSET && !is_frozen(l) -> before = S
#else
     :: is_ready(l) -> before = S
#endif
     :: else -> l = next[0]
     fi
  :: else -> l = next[0]
  fi;
  big = false
}

// ---- Search ---------------------------------------------------------------------------------------------------------

// split_list::help, through `before`, which held l. Leaves `won`.
inline help() {
  if
  :: is_frozen(l) -> won = false
  :: else ->
     read(entry, after);
     do
     :: is_frozen(after) -> break
     :: else -> change(entry, after, after | FROZEN)
     od;
     won = false;
     d_step {  // the swing, and the winner retires
       assert(M1 || before != S || !unmapped);
       won = (next[before] == l);
       if
       :: won ->
          assert(I1 || !is_frozen(next[before]));
          assert(R1 || !retired[entry]);
          next[before] = target(after);
          l = next[before];
          retired[entry] = true;
          check_list()
       :: else -> skip
       fi
     };
     after = 0
  fi
}

// split_list::locate: to the node with key k (KEY), to the end of the run of k (RUN) or to the first node of key k or
// above (PLACE). A restart does not try again to initialise the bucket.
#define KEY 0
#define RUN 1
#define PLACE 2
inline search(k, mode) {
  start_reading(k);
  do
  :: is_frozen(l) -> start_reading(k)
  :: else ->
     entry = target(l);
     if
     :: entry == END || (entry == S && LOWEST > k) -> entry = 0; break
     :: entry == S && LOWEST <= k ->
        read(S, after);
        if
        :: is_frozen(after) ->
           change(before, l, target(after));  // a sentinel that a shrink takes out
           if
           :: won -> skip
           :: else -> start_reading(k)
           fi
        :: else ->
           do
           :: is_fresh(after) -> change(S, after, target(after))
           :: else -> break
           od;
           before = S;
           l = after
        fi;
        after = 0
     :: entry != END && entry != S ->
        if
        :: key[entry] > k || (mode == PLACE && key[entry] == k) -> entry = 0; break
        :: else -> skip
        fi;
        alive = live[entry];
        if
        :: !alive ->
           help();
           if
           :: won -> skip
           :: else -> start_reading(k)
           fi
        :: alive && mode == KEY && key[entry] == k -> d_step { hit = (present[k] == entry); alive = false }; break
        :: else -> before = entry; read(entry, l)
        fi
     fi
  od;
  atomic { won = false; alive = false }
}

// split_list::initialise of bucket 1
inline initialise() {
  read(S, l);
  if
  :: l == 0 ->
     change(S, l, FRESH);  // claimed
     if
     :: won ->
        mine = true;
        do
        :: search(LOWEST, PLACE);
           d_step { assert(M1 || !unmapped); next[S] = target(l) | FRESH };  // prepare_visibly
#ifdef FRESH_CLEARED_FIRST
           d_step { next[S] = target(l); check_list() };
#endif
           change(before, l, S);
           if
           :: won -> break
           :: else -> skip
           fi
        od;
        mine = false;
        read(S, l);
        do
        :: is_fresh(l) -> change(S, l, target(l))
        :: else -> break
        od
     :: else -> skip
     fi
  :: else -> skip
  fi;
  atomic { before = 0; l = 0; entry = 0; won = false }
}

// split_list::start_writing, as far as it initialises
inline prepare_bucket(k) {
  big = grown;
  if
  :: big && k >= LOWEST -> big = false; initialise()
  :: else -> big = false
  fi
}

// ---- Operations -----------------------------------------------------------------------------------------------------

inline begin(k) {
  d_step { guarded[_pid] = true; wants[_pid] = k; absent[_pid] = (present[k] == 0) }
}

inline done() {
  atomic { before = 0; l = 0; entry = 0; won = false; hit = false }
  d_step { guarded[_pid] = false; waiting_for[_pid] = false; wants[_pid] = 0; absent[_pid] = false }
}

// split_list::find: reads only
inline look_up(k) {
  start_reading(k);
  do
  :: entry = target(l);
     if
     :: entry == END || (entry == S && LOWEST > k) -> entry = 0; break
     :: entry == S && LOWEST <= k -> before = S; read(S, l)
     :: entry != END && entry != S ->
        if
        :: key[entry] > k -> entry = 0; break
        :: key[entry] == k ->
           d_step { alive = live[entry]; hit = (present[k] == entry) };
           if
           :: alive -> alive = false; break
           :: else -> before = entry; read(entry, l)
           fi
        :: key[entry] < k -> before = entry; read(entry, l)
        fi
     fi
  od;
  if
  :: entry == 0 -> assert(G1 || absent[_pid])
  :: else -> assert(G1 || hit)
  fi
}

inline find(k) {
  begin(k);
  look_up(k);
  done()
}

inline erase(k) {
  begin(k);
  do
  :: look_up(k);
     if
     :: entry == 0 -> break
     :: else -> skip
     fi;
     d_step {  // LP(erase)
       won = live[entry];
       if
       :: won ->
          assert(G5 || present[k] == entry);
          live[entry] = false;
          present[k] = 0;
          x = 1;
          do
          :: x > 3 -> break
          :: else -> absent[x] = absent[x] || wants[x] == k; x++
          od;
          x = 0
       :: else -> skip
       fi
     };
     if
     :: won ->
        help();  // split_list::unlink
        if
        :: won -> skip
        :: else -> search(k, RUN)
        fi;
        break
     :: else -> skip
     fi
  od;
  done()
}

inline insert(k, m) {
  key[m] = k;
  live[m] = true;
  begin(k);
  prepare_bucket(k);
  do
  :: search(k, KEY);
     if
     :: entry != 0 -> assert(G1 || hit); live[m] = false; break
     :: else -> skip
     fi;
     d_step {  // LP(insert)
       next[m] = target(l);
       assert(M1 || before != S || !unmapped);
       won = (next[before] == l);
       if
       :: won ->
          assert(I1 || !is_frozen(l));
          assert(I2 || before != S || !is_fresh(l) || linked);
          assert(L3 || present[k] == 0);
          next[before] = m;
          present[k] = m;
          born[m] = true;
          check_list()
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

// split_list::split_some
inline split() {
  begin(0);
  prepare_bucket(LOWEST);
  done()
}

inline grow() {
  d_step { grown = grown || !shrinking; unmapped = unmapped && !grown; check_list() }
}

inline grace_period() {
  d_step { waiting_for[1] = guarded[1]; waiting_for[2] = guarded[2]; waiting_for[3] = guarded[3] };  // stamp
  !waiting_for[1] && !waiting_for[2] && !waiting_for[3]                                              // passed
}

// class shrinker
inline shrink() {
  d_step { mine = grown && !shrinking; grown = grown && !mine; shrinking = shrinking || mine };  // begin_shrink
  if
  :: mine ->
     mine = false;
#ifndef FIRST_GRACE_PERIOD_OMITTED
     grace_period();
#endif
     begin(0);
     read(S, l);  // split_list::remove_sentinel
     if
     :: l != 0 ->
#ifndef SENTINEL_NOT_FROZEN
        do
        :: is_frozen(l) -> break
        :: else -> change(S, l, target(l) | FROZEN)
        od;
#endif
#ifndef SENTINEL_LEFT_LINKED
        search(LOWEST, RUN)
#endif
     :: else -> skip
     fi;
     done();
#ifndef SECOND_GRACE_PERIOD_OMITTED
     grace_period();
#endif
     d_step { next[S] = 0; unmapped = true; check_list() };  // drop_level
     shrinking = false
  :: else -> skip
  fi
}

// ---- Processes ------------------------------------------------------------------------------------------------------

#define MY_VARIABLES \
  byte l, after, before, entry; \
  bool won, alive, hit, big, mine

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

// The sentinel, if it belongs before key k and is not there yet.
inline has_sentinel(k) {
  if
  :: k >= LOWEST && next[S] == UNSET -> next[last] = S; next[S] = END; last = S; linked = true
  :: else -> skip
  fi
}

inline has(h, k) {
#ifdef SPLIT
  has_sentinel(k);
#endif
  next[last] = h;
  next[h] = END;
  live[h] = true;
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
#ifdef SPLIT
    has_sentinel(KEYS);
#endif
#if defined GROWN || defined SPLIT
    grown = true;
#endif
    run thread_1();
#if THREADS > 1
    run thread_2();
#endif
#if THREADS > 2
    run thread_3();
#endif
  }
  finished == THREADS;
  d_step {
    check_list();
    x = 1;
    do
    :: x > NODES -> break
    :: else -> assert(Q1 || !born[x] || live[x] == !retired[x]); assert(Q1 || live[x] || !(reachable & (1 << x))); x++
    od;
    x = 0;
    assert(Q1 || !linked || next[S] != 0)
  }
}
