# %% tags=["keep"]
print("sum", sum(range(10)))
