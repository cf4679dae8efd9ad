# SPDX-License-Identifier: BSL-1.0
"""The paper of papers/throughput from a study's results: its numbers, tables and figures, and the PDF."""
