# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# title: A deck
# ---

# %% [markdown] tags=["slide"]
# # Title

# %% Warm up [raw] active="py"
x = 1

# %%
# %time f()
# !ls

# %% language="bash" magic_args="-x"
# echo a

# %% [markdown]
"""
Text in quotes
"""

# %%
s = """
# %% not a cell
"""

# %% {"tags": ["alt"], "lang": "en"}
y = 2
