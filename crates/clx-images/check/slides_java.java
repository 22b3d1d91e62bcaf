// %% tags=["keep"]
System.out.println("sum " + java.util.stream.IntStream.range(0, 10).sum());
