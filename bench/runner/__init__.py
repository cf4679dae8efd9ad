# SPDX-License-Identifier: BSL-1.0
"""The runner behind bench/study: builds the programs of the maps, runs their cells, shows what they measure."""
