# ---
# jupyter:
#   a: [
# ---
# %%
x
