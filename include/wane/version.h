/* SPDX-License-Identifier: BSL-1.0
 * Which wane this is; for C and C++. Semantic versioning: what a minor version may change, CHANGELOG.md says. */
#ifndef WANE_VERSION_H
#define WANE_VERSION_H

#define WANE_VERSION_MAJOR 0
#define WANE_VERSION_MINOR 1
#define WANE_VERSION_PATCH 0
#define WANE_VERSION_STRING "0.1.0"
/** For comparisons by the preprocessor: 10000 * major + 100 * minor + patch. */
#define WANE_VERSION (10000 * WANE_VERSION_MAJOR + 100 * WANE_VERSION_MINOR + WANE_VERSION_PATCH)

#endif
