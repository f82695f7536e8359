package io.resketch.core.operator;

import io.resketch.core.spec.Family;

class BlockSparseFamilyTest extends FamilyContract {
  BlockSparseFamilyTest() {
    super(new Family.BlockSparse(16), 1024);
  }
}
