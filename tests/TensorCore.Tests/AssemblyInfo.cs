// The vector width, the piece size, poisoning and the number of threads are settings of the process, which tests vary; kernels use all cores anyway.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
