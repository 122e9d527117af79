# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose keys and which endpoints: the options that all modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  access_key_id:
    description:
      - ID of the access key that the calls are signed with.
      - If neither this nor O(profile) is set, the environment variables E(ALIBABA_CLOUD_ACCESS_KEY_ID),
        E(ALIBABA_CLOUD_ACCESS_KEY_SECRET) and E(ALIBABA_CLOUD_SECURITY_TOKEN) are taken together, or else
        E(ALIBABA_CLOUD_PROFILE).
      - All keys come from one source. An incomplete set is an error. A default profile is never used unless you name
        it, since it may belong to another account.
    type: str
    aliases: [alicloud_access_key]
  access_key_secret:
    description:
      - Secret of the access key. Required with O(access_key_id).
    type: str
    aliases: [alicloud_secret_key]
  security_token:
    description:
      - Token that belongs to a temporary O(access_key_id). Leave it out for a permanent one.
    type: str
    aliases: [alicloud_security_token]
  profile:
    description:
      - Name of a profile in the configuration file of the Alibaba Cloud CLI. All of its modes work except
        V(RsaKeyPair), which is refused. C(docs/connecting.md) says how each mode obtains its keys.
      - If unset, no profile is used unless E(ALIBABA_CLOUD_PROFILE) names one and no keys are given.
    type: str
  profile_file:
    description:
      - Configuration file with the profiles. If unset, it is C(~/.aliyun/config.json).
    type: path
  assume_role_arn:
    description:
      - ARN of a RAM role to assume before any other call. It replaces the role that the environment or the profile
        names.
      - If unset, E(ALIBABA_CLOUD_ROLE_ARN) is used if the keys come from the environment. Otherwise no role is assumed.
    type: str
  assume_role_session_name:
    description:
      - Name of the role's session, as it appears in ActionTrail. If unset, it is
        E(ALIBABA_CLOUD_ROLE_SESSION_NAME) or the profile's if the role comes from there, or else
        V(registryops-alicloud).
      - This option and the three that follow apply to every assumed role, also to one that the environment or the
        profile names. If no role is assumed, they are refused.
    type: str
  assume_role_external_id:
    description:
      - External ID that the role's trust policy may demand. If unset, the profile's is sent if the role comes from
        there, or else none.
    type: str
  assume_role_policy:
    description:
      - Policy document that limits what the session may do. If unset, the profile's is used if the role comes from
        there. Otherwise the session may do all that the role may.
    type: json
  assume_role_duration:
    description:
      - Duration of the session in seconds, from 900 to the role's own maximum. If unset, it is the profile's if the
        role comes from there. Otherwise the service chooses 3600.
    type: int
  region:
    description:
      - Region of the instance, such as V(cn-hangzhou). It decides which endpoint is called.
      - If unset, E(ALIBABA_CLOUD_REGION_ID) or the profile's region is taken.
      - A region that is newer than this collection can be named in E(ACR_EXTRA_REGIONS).
    type: str
    aliases: [alicloud_region]
  account_id:
    description:
      - UID of the only account that the task may write to. Before the first write, and in check mode too, it is
        compared with the account that STS reports for the credentials. If they differ, the task fails. A preflight
        compares it, too.
      - If unset, the task writes to the account of the credentials.
    type: str
  cr_endpoint:
    description:
      - Endpoint of Container Registry as C(host), C(host:port) or a URL. The default protocol is https.
      - If unset, E(ALIBABA_CLOUD_CR_ENDPOINT) is used, or else the public endpoint of O(region).
    type: str
  ram_endpoint:
    description:
      - Endpoint of RAM, written like O(cr_endpoint). If unset, E(ALIBABA_CLOUD_RAM_ENDPOINT) or C(ram.aliyuncs.com).
    type: str
  sts_endpoint:
    description:
      - Endpoint of STS, written like O(cr_endpoint). If unset, E(ALIBABA_CLOUD_STS_ENDPOINT) or C(sts.aliyuncs.com).
    type: str
  connect_timeout:
    description:
      - Seconds to wait for a connection. If unset, 5.
    type: int
    default: 5
  read_timeout:
    description:
      - Seconds to wait for a whole answer, from its first byte to its last. If unset, 20.
    type: int
    default: 20
  ca_bundle:
    description:
      - File, or folder, with the only certificate authorities to trust. If unset, the system's and those that the SDK
        ships are trusted.
    type: path
    aliases: [ca]
  rate_limit:
    description:
      - Maximum number of calls a second to each service, for one task. If unset, calls are made as fast as the service
        allows. When it refuses calls that come too soon, the pace is halved, and then recovers.
    type: float
  report_actions:
    version_added: 1.0.0
    description:
      - Whether the result lists the permissions that the task needed, as C(resource_actions). Each has C(account_id),
        C(action), such as V(cr:CreateNamespace), and C(resource), to be written into a RAM policy.
      - In check mode they are those of reading alone.
      - The callback P(registryops.alicloud.acr_resource_actions#callback) makes policies of them.
    type: bool
    default: false
requirements:
  - python >= 3.11
  - alibabacloud-cr20181201 >= 2.2.3
  - alibabacloud-credentials >= 1.0.11
  - alibabacloud-ram20150501 >= 1.0.2
  - alibabacloud-tea >= 0.4.1
  - alibabacloud-tea-openapi >= 0.4.5
  - darabonba-core >= 1.0.8
  - urllib3 >= 1.26.16
notes:
  - E(HTTP_PROXY), E(HTTPS_PROXY) and E(NO_PROXY) are used. E(NO_PROXY) may hold networks such as V(10.0.0.0/8), and
    ports.
  - An empty text counts as unset.
  - Redirects are not followed, and an answer of more than 8 MiB is cut off.
"""

    # For plugins of the controller.
    PLUGIN = r"""
options:
  access_key_id:
    description: ID of the access key that the calls are signed with.
    type: str
    aliases: [alicloud_access_key]
    vars: [{name: acr_access_key_id}]
  access_key_secret:
    description: Secret of the access key. Required with O(access_key_id).
    type: str
    aliases: [alicloud_secret_key]
    vars: [{name: acr_access_key_secret}]
  security_token:
    description: Token that belongs to a temporary O(access_key_id).
    type: str
    aliases: [alicloud_security_token]
    vars: [{name: acr_security_token}]
  profile:
    description: Name of a profile in the configuration file of the Alibaba Cloud CLI.
    type: str
    vars: [{name: acr_profile}]
  profile_file:
    description: That configuration file. If unset, it is C(~/.aliyun/config.json).
    type: path
    vars: [{name: acr_profile_file}]
  assume_role_arn:
    description: ARN of a RAM role to assume before any other call.
    type: str
    vars: [{name: acr_assume_role_arn}]
  assume_role_session_name:
    description: Name of the role's session, as it appears in ActionTrail.
    type: str
    vars: [{name: acr_assume_role_session_name}]
  assume_role_external_id:
    description: External ID that the role's trust policy may demand.
    type: str
    vars: [{name: acr_assume_role_external_id}]
  assume_role_policy:
    description: Policy document that limits what the session may do.
    type: raw
    vars: [{name: acr_assume_role_policy}]
  assume_role_duration:
    description: Duration of the session in seconds.
    type: int
    vars: [{name: acr_assume_role_duration}]
  region:
    description: Region of the instance, such as V(cn-hangzhou).
    type: str
    aliases: [alicloud_region]
    vars: [{name: acr_region}]
  account_id:
    description: UID of the only account that may be asked. With credentials of another account, the lookup fails.
    type: str
    vars: [{name: acr_account_id}]
  cr_endpoint:
    description: Endpoint of Container Registry as C(host), C(host:port) or a URL.
    type: str
    vars: [{name: acr_cr_endpoint}]
  ram_endpoint:
    description: Endpoint of RAM, written like O(cr_endpoint).
    type: str
    vars: [{name: acr_ram_endpoint}]
  sts_endpoint:
    description: Endpoint of STS, written like O(cr_endpoint).
    type: str
    vars: [{name: acr_sts_endpoint}]
  connect_timeout:
    description: Seconds to wait for a connection.
    type: int
    default: 5
    vars: [{name: acr_connect_timeout}]
  read_timeout:
    description: Seconds to wait for a whole answer.
    type: int
    default: 20
    vars: [{name: acr_read_timeout}]
  ca_bundle:
    description: File, or folder, with the only certificate authorities to trust.
    type: path
    aliases: [ca]
    vars: [{name: acr_ca_bundle}]
  rate_limit:
    description: Maximum number of calls a second to each service.
    type: float
    vars: [{name: acr_rate_limit}]
requirements:
  - python >= 3.11
  - alibabacloud-cr20181201 >= 2.2.3
  - alibabacloud-credentials >= 1.0.11
  - alibabacloud-ram20150501 >= 1.0.2
  - alibabacloud-tea >= 0.4.1
  - alibabacloud-tea-openapi >= 0.4.5
  - darabonba-core >= 1.0.8
  - urllib3 >= 1.26.16
notes:
  - It runs on the controller, whose Python needs the SDK.
  - The connection is found as for modules. What is not given comes from the variables C(acr_<option>) of the host, and
    then from the environment variables of Alibaba Cloud's own tools. Keys come whole from one place.
"""
