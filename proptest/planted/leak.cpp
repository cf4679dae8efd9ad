// SPDX-License-Identifier: BSL-1.0
// Planted: forgets the only pointer to an allocation. LeakSanitizer, a part of AddressSanitizer, must say so.
int* volatile kept;

int main() {
  kept = new int(1);
  kept = nullptr;
}
