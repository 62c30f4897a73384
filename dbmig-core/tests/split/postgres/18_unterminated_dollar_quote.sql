DO $x$ BEGIN; $y$ END $$;
