# j2 from 'macros.j2' import header
# {{ header("Listen", "Lists") }}

# %% [markdown] lang="de" tags=["subslide"]
#
# ## Eine Liste
#
# - Klammern

# %% [markdown] lang="en" tags=["subslide"]
# ## A list

# %% tags=["keep"]
plants = ["fern", "moss"]

# %%
def f(x):
    return x


# %%
class A:
    pass


# %% [markdown] tags=["answer"] lang="en"
# Fourteen.
