// SPDX-License-Identifier: BSL-1.0
// wane.h by way of cgo: entries expire, removals are told to Go, goroutines share a map.
package main

/*
#cgo pkg-config: wane
#include <stdlib.h>
#include <wane/wane.h>

extern void removed(void* context, void* key, size_t key_size, void* value, size_t value_size, int cause);
*/
import "C"

import (
	"fmt"
	"os"
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"
)

// Cache is what a binding makes of the API in some lines.
type Cache struct {
	handle *C.wane_bytes_map
	told   *cgo.Handle
}

//export removed
func removed(context, key unsafe.Pointer, keySize C.size_t, value unsafe.Pointer, valueSize C.size_t, cause C.int) {
	tell := (*(*cgo.Handle)(context)).Value().(func(string, int))
	tell(C.GoStringN((*C.char)(key), C.int(keySize)), int(cause))
}

func check(result C.int) bool {
	if result < 0 {
		panic(C.GoString(C.wane_last_error()))
	}
	return result == C.WANE_OK
}

// NewCache makes a cache that calls tell for each entry that leaves it.
func NewCache(tell func(key string, cause int)) *Cache {
	c := &Cache{told: (*cgo.Handle)(C.malloc(C.sizeof_uintptr_t))} // C's, for what C keeps may not be Go's
	*c.told = cgo.NewHandle(tell)
	check(C.wane_bytes_create(nil, C.wane_bytes_removal(C.removed), unsafe.Pointer(c.told), &c.handle))
	return c
}

func bytes(s string) ([]byte, C.size_t) {
	return append([]byte(s), 0), C.size_t(len(s)) // one more, so that there is a first to point to
}

// Close tells of every entry that is left.
func (c *Cache) Close() {
	C.wane_bytes_destroy(c.handle)
	c.told.Delete()
	C.free(unsafe.Pointer(c.told))
}

// Insert returns whether the key was absent.
func (c *Cache) Insert(key, value string, ttl time.Duration) bool {
	k, kn := bytes(key)
	v, vn := bytes(value)
	return check(C.wane_bytes_insert(c.handle, unsafe.Pointer(&k[0]), kn, unsafe.Pointer(&v[0]), vn, C.wane_ttl(C.int64_t(ttl))))
}

// Find returns the value and whether there is one.
func (c *Cache) Find(key string) (string, bool) {
	k, kn := bytes(key)
	size := C.size_t(64)
	for {
		room := make([]byte, size+1)
		result := C.wane_bytes_find(c.handle, unsafe.Pointer(&k[0]), kn, unsafe.Pointer(&room[0]), C.size_t(len(room)), &size)
		if result != C.WANE_TOO_SMALL {
			return string(room[:size]), check(result)
		}
	}
}

func expect(holds bool, what string) {
	if !holds {
		fmt.Fprintln(os.Stderr, "does not hold:", what)
		os.Exit(1)
	}
}

func main() {
	var lock sync.Mutex
	causes := map[string]int{}
	cache := NewCache(func(key string, cause int) {
		lock.Lock()
		defer lock.Unlock()
		causes[key] = cause
	})
	expect(cache.Insert("key", "value", 20*time.Millisecond), "a first insert inserts")
	expect(!cache.Insert("key", "another", time.Second) || causes["key"] == C.WANE_EXPIRED, "a second does not")
	time.Sleep(50 * time.Millisecond)
	_, found := cache.Find("key")
	expect(!found && causes["key"] == C.WANE_EXPIRED, "an entry expires, and its removal is told")

	var group sync.WaitGroup
	for first := 0; first < 4; first++ {
		group.Add(1)
		go func(first int) {
			defer group.Done()
			for k := first; k < 1000; k += 4 {
				cache.Insert(fmt.Sprint(k), fmt.Sprint(2*k), time.Hour)
			}
		}(first)
	}
	group.Wait()
	for k := 0; k < 1000; k++ {
		value, found := cache.Find(fmt.Sprint(k))
		expect(found && value == fmt.Sprint(2*k), "what goroutines inserted is there")
	}
	cache.Close()
	expect(causes["7"] == C.WANE_DESTROYED, "what is left is destroyed")
	fmt.Println("passed")
}
