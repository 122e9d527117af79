# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of OSS take beside the connection."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  oss_endpoint:
    description:
      - Endpoint of OSS, written like O(cr_endpoint). If unset, E(ALIBABA_CLOUD_OSS_ENDPOINT) is used, or else the
        public endpoint of the bucket's region.
    type: str
requirements:
  - alibabacloud-oss-v2 >= 1.1.0
"""
