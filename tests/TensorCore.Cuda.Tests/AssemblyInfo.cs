// One device, whose schedules, options and faults the tests change.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
