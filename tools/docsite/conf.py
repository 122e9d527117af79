"""Configure Sphinx for the docsite.

The settings are those of `antsibull-docs sphinx-init`, without what takes a network.
"""

project = "registryops.alicloud"
copyright = "2026, the registryops.alicloud developers"
title = html_short_title = "registryops.alicloud"
extensions = ["sphinx_antsibull_ext", "myst_parser"]
myst_heading_anchors = 3
pygments_style = "ansible"
highlight_language = "text"
html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
html_use_smartypants = True
html_use_index = False
html_copy_source = False
default_role = "any"
