{extends file='page.tpl'}

{block name='page_title'}{$supportbridge_title|escape:'html':'UTF-8'}{/block}

{block name='page_content'}
  {$supportbridge_content nofilter}{* made and escaped by the module's own classes *}
{/block}
