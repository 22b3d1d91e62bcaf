# j2 macro header(de, en)
%% [markdown] lang="de" tags=["slide"]
# # {{ de }}

# %% [markdown] lang="en" tags=["slide"]
# # {{ en }}
# j2 endmacro
# {{ header("Einzel", "Single") }}

# %% [markdown] lang="de" tags=["subslide"]
#
# ## Deutsch
#
# <img src="img/pic.png">

# %% [markdown] lang="en" tags=["subslide"]
#
# ## English
#
# <img src="img/pic.png">

# %% [markdown] tags=["notes"]
# Speaker note

# %% tags=["keep"]
x = 1

# %%
y = x + 1
y

# %% tags=["start"]
z = None

# %% tags=["alt"]
z = 5

# %% tags=["del"]
never = 1

# %% [markdown] lang="de" tags=["answer"]
# Die Antwort

# %% [markdown] lang="en" tags=["answer"]
# The answer

# %%
import helper
helper.f()

# %%
from helper2 import q
