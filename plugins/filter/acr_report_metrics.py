# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_report_metrics
short_description: Write a report's figures as metrics for Prometheus
version_added: 1.0.0
description:
  - Returns the metrics in the text format of Prometheus. A file with it can be put into the folder of node_exporter's
    textfile collector. All metrics are gauges.
  - C(acr_sync_images) has the labels C(source), C(namespace), C(destination) and C(state); C(acr_sync_bytes) has
    C(state). C(acr_sync_lag_seconds) has C(source) and C(quantile) (V(0.5), V(0.95), and V(1) for the worst).
  - C(acr_sync_oldest_age_seconds) has C(source), C(destination) and C(state), and is the age of the oldest push that is
    failed, missing, different or waiting.
  - C(acr_sync_verdict) has C(state) and is 1 for the one that it is. C(acr_sync_rules) has C(source) and C(standing),
    C(acr_sync_findings) has C(severity). C(acr_sync_not_looked_at) counts hosts, and
    C(acr_sync_report_timestamp_seconds) is the time of the report. With it you can see whether reports are still made.
  - Rules for alerts and a dashboard that use them are in the folder C(docs/examples/prometheus) of the collection.
options:
  _input:
    description: A report, as P(registryops.alicloud.acr_sync_report#filter) returns it.
    type: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Write the metrics of a report
  ansible.builtin.copy:
    content: "{{ report_sync_result | registryops.alicloud.acr_report_metrics }}"
    dest: /var/lib/node_exporter/acr_sync.prom
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The metrics.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.metrics import metrics


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_report_metrics": metrics}
