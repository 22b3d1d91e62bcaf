# j2 from 'macros.j2' import header
# {{ header("Frei", "Free") }}

# %%
1
