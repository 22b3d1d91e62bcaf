# %% a=[1, (2, {"b": None}), 1e999, -0.0, 0x1f, 1_000, "\ud800"] tags=["a","b"] lang='de'
# %% title with = in it
# %% {"a": NaN, "b": [[[[]]]]}
# %% [markdown]tags=["x"]
# %% tags=["a","a"]
